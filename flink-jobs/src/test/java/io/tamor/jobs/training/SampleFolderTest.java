package io.tamor.jobs.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tamor.jobs.learner.logic.TestingSamples;
import io.tamor.schemas.Sample;
import java.io.FileNotFoundException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SampleFolderTest {
    private static final long DISORDER_MS = 3_600_000;

    @TempDir Path folder;

    @Test
    void everySampleComesOnceAndNoneBehindTheWatermark() throws Exception {
        List<Sample> samples =
                TestingSamples.generate(TestingSamples.deployment(folder, 16), 500, 3);
        SampleFolder written = TestingSampleFolder.write(folder.resolve("s"), samples, 3);
        List<Sample> read = new ArrayList<>();
        long[] watermark = {Long.MIN_VALUE};
        written.read(
                DISORDER_MS,
                new SampleFolder.Consumer() {
                    @Override
                    public void sample(Sample sample, String file, long index) {
                        assertThat(sample.getMaturedAtMs()).isGreaterThan(watermark[0]);
                        read.add(sample);
                    }

                    @Override
                    public void watermark(long timeMs) {
                        assertThat(timeMs).isGreaterThan(watermark[0]);
                        watermark[0] = timeMs;
                    }
                });
        assertThat(read).containsExactlyInAnyOrderElementsOf(samples);
        // Ten hours and more of samples have passed in the end: watermarks move.
        assertThat(watermark[0]).isGreaterThan(samples.get(400).getMaturedAtMs());
    }

    @Test
    void clearingTakesAwaySamplesAndNothingElse() throws Exception {
        List<Sample> samples =
                TestingSamples.generate(TestingSamples.deployment(folder, 16), 10, 3);
        SampleFolder written = TestingSampleFolder.write(folder.resolve("s"), samples, 2);
        Path other = Files.writeString(written.path().resolve("notes.txt"), "kept");
        written.clear();
        assertThat(other).exists();
        assertThatThrownBy(written::files)
                .isInstanceOf(FileNotFoundException.class)
                .hasMessageContaining("samples-*.avro")
                .hasMessageContaining("samples export");
    }
}
