package io.tamor.model.parity;

import static org.assertj.core.api.Assertions.assertThat;

import io.tamor.model.SharedFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The fixtures that an independent implementation computed in float64. */
class ParityTest {
    @Test
    void everyFixtureIsReproducedWithinItsBounds() throws IOException {
        Path folder = SharedFiles.folder("parity");
        List<Path> fixtures;
        try (Stream<Path> files = Files.list(folder)) {
            fixtures = files.filter(f -> f.toString().endsWith(".safetensors")).sorted().toList();
        }
        assertThat(fixtures).isNotEmpty();
        for (Path fixture : fixtures) {
            ParityResult result = ParityCheck.run(fixture);
            System.out.println(result);
            assertThat(result.within()).as("%s", result).isTrue();
        }
    }
}
