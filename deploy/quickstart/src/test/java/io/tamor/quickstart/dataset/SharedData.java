package io.tamor.quickstart.dataset;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/** Data sets that are not part of the repository: beside it in {@code ../shared}. */
public final class SharedData {
    private SharedData() {}

    /**
     * The folder of a data set; the test is skipped where it is absent, unless it must be there.
     */
    public static Path folder(String dataset) {
        Path folder = shared().resolve("data").resolve(dataset);
        boolean there = Files.isDirectory(folder);
        if (!there && Boolean.parseBoolean(System.getenv("TAMOR_SHARED_REQUIRED"))) {
            throw new IllegalStateException(
                    "TAMOR_SHARED_REQUIRED is set and there is no " + folder);
        }
        Assumptions.assumeTrue(
                there,
                () ->
                        "the data set "
                                + dataset
                                + " is not there: no folder "
                                + folder
                                + "; set TAMOR_SHARED to the folder that holds data/"
                                + dataset);
        return folder;
    }

    private static Path shared() {
        String given = System.getenv("TAMOR_SHARED");
        if (given != null) {
            return Path.of(given);
        }
        Path folder = Path.of("").toAbsolutePath();
        while (folder != null && !Files.isDirectory(folder.resolve(".mvn"))) {
            folder = folder.getParent();
        }
        return folder == null ? Path.of("shared") : folder.resolveSibling("shared");
    }
}
