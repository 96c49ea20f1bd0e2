package io.tamor.schemas.wire;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.avro.Schema;

/**
 * Every version of every record's schema that was ever written, kept as resources: the registry
 * that needs no server. A reader resolves any of them; a schema is changed by adding the next
 * version here.
 */
final class SchemaHistory {
    private static final String FOLDER = "/io/tamor/schemas/history/";

    private SchemaHistory() {}

    /** All versions of a record's schema, oldest first. */
    static List<Schema> of(String record) {
        return names().stream()
                .filter(name -> name.startsWith(record + ".v"))
                .map(SchemaHistory::parse)
                .toList();
    }

    /** The resources' names, in the order of the index: record by record, oldest first. */
    static List<String> names() {
        try (InputStream in = open("index");
                BufferedReader reader =
                        new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            return reader.lines().filter(line -> !line.isBlank()).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Schema parse(String name) {
        try (InputStream in = open(name)) {
            return new Schema.Parser().parse(in);
        } catch (IOException e) {
            throw new UncheckedIOException("schema history: " + name, e);
        }
    }

    private static InputStream open(String name) throws IOException {
        InputStream in = SchemaHistory.class.getResourceAsStream(FOLDER + name);
        if (in == null) {
            throw new IOException("schema history: no resource " + FOLDER + name);
        }
        return in;
    }
}
