package io.tamor.jobs.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class SnapshotScheduleTest {
    @Test
    void aScheduleGoesByOneOfThreeThings() {
        SnapshotSchedule time = SnapshotSchedule.parse("3 d");
        long threeDaysMs = Duration.ofDays(3).toMillis();
        assertThat(time.due(threeDaysMs, 1, 0)).isTrue();
        assertThat(time.due(threeDaysMs - 1, 1_000_000, 100)).isFalse();
        SnapshotSchedule samples = SnapshotSchedule.parse("100000 samples");
        assertThat(samples.due(0, 100_000, 0)).isTrue();
        assertThat(samples.due(threeDaysMs, 99_999, 100)).isFalse();
        SnapshotSchedule checkpoints = SnapshotSchedule.parse("2 checkpoints");
        assertThat(checkpoints.due(0, 1, 2)).isTrue();
        assertThat(checkpoints.due(threeDaysMs, 100_000, 1)).isFalse();
    }

    @Test
    void withoutSamplesNothingIsDue() {
        assertThat(SnapshotSchedule.parse("2 checkpoints").due(1, 0, 9)).isFalse();
    }
}
