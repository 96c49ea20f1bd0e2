package io.tamor.quickstart.dataset;

import io.tamor.jobs.cli.UsageException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The data sets that can be replayed. */
public final class Datasets {
    private static final List<Dataset> ALL = List.of(new StarbucksOffers());

    private Datasets() {}

    public static List<Dataset> all() {
        return ALL;
    }

    /** Finds a set by its name; the error names those there are. */
    public static Dataset named(String name) {
        return ALL.stream()
                .filter(dataset -> dataset.name().equals(name))
                .findFirst()
                .orElseThrow(
                        () ->
                                new UsageException(
                                        "--dataset: no data set is called "
                                                + name
                                                + "; there are "
                                                + ALL.stream().map(Dataset::name).toList()));
    }

    /** A YAML file shipped in this jar beside this class. */
    public static String resource(String name) {
        try (InputStream in = Datasets.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IOException("no resource " + name);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
