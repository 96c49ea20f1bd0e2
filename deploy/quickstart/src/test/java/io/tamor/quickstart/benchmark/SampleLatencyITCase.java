package io.tamor.quickstart.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** That the measurement counts what it should, not how fast anything is. */
final class SampleLatencyITCase {
    private static final Duration SECOND = Duration.ofSeconds(1);

    @TempDir private Path folder;

    @Test
    void eachSampleThatMaturesInTheMeasuredTimeCountsOnce() {
        SampleLatency.Options options =
                new SampleLatency.Options(200, SECOND, Duration.ofSeconds(3), SECOND, SECOND);

        SampleLatency.Figures figures = new SampleLatency(options).measure(folder);

        // Six of ten events are impressions, with three windows each.
        assertThat(figures.wantedSamples()).isPositive();
        assertThat(figures.written().samples()).isEqualTo(figures.wantedSamples());
        assertThat(figures.committed().samples()).isEqualTo(figures.wantedSamples());
        assertThat(figures.written().p50())
                .as("no sample leaves before the disorder has passed")
                .isGreaterThanOrEqualTo(SECOND.toMillis());
        assertThat(figures.committed().max()).isGreaterThanOrEqualTo(figures.committed().p99());
        assertThat(figures.committed().p99()).isGreaterThanOrEqualTo(figures.committed().p50());
    }

    @Test
    void percentilesAreOfTheSortedSamples() {
        assertThat(
                        SampleLatency.Latencies.of(
                                java.util.stream.LongStream.rangeClosed(1, 200).boxed().toList()))
                .isEqualTo(new SampleLatency.Latencies(200, 100, 198, 200));
    }
}
