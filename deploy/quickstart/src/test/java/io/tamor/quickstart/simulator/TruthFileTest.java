package io.tamor.quickstart.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TruthFileTest {
    @TempDir private Path folder;

    @Test
    void whatIsWrittenIsReadAgain() {
        Path file = folder.resolve("truth.csv.gz");
        Truth truth = new Truth("i1", 0.25, 0.125, 0.0625, 1e-7, 0.5, 12.5);
        try (TruthFile out = new TruthFile(file)) {
            out.accept(truth);
        }
        List<Truth> read = new ArrayList<>();
        TruthFile.read(file, read::add);
        assertThat(read).containsExactly(truth);
    }

    @Test
    void anotherFileIsRefusedByName() throws IOException {
        Path file = folder.resolve("other.csv.gz");
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
            out.write("a,b\n".getBytes(StandardCharsets.UTF_8));
        }
        assertThatThrownBy(() -> TruthFile.read(file, truth -> {}))
                .hasMessageContaining("other.csv.gz")
                .hasMessageContaining("found a,b");
    }
}
