package io.tamor.quickstart.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The measurement itself, short; {@code -Dtamor.latency.seconds=60} measures in earnest. */
class SampleLatencyITCase {
    @TempDir private Path folder;

    @Test
    void samplesAreWrittenAfterTheDisorderAndCommittedAfterThat() {
        int seconds = Integer.getInteger("tamor.latency.seconds", 5);
        SampleLatency.Options options =
                new SampleLatency.Options(
                        Integer.getInteger("tamor.latency.rate", 500),
                        Duration.ofSeconds(seconds),
                        Duration.ofSeconds(seconds),
                        2,
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(1));
        SampleLatency.Figures figures = new SampleLatency(options).measure(folder);
        System.out.println(figures);
        assertThat(figures.written().samples()).isPositive();
        assertThat(figures.written().p50()).isGreaterThanOrEqualTo(1_000);
        assertThat(figures.committed().p50()).isGreaterThanOrEqualTo(figures.written().p50());
        assertThat(figures.committed().p99()).isGreaterThanOrEqualTo(figures.committed().p50());
    }
}
