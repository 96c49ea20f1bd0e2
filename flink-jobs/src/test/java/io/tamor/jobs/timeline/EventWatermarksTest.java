package io.tamor.jobs.timeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.tamor.jobs.timeline.logic.EventKind;
import io.tamor.jobs.timeline.logic.RawEvent;
import io.tamor.schemas.RejectionCause;
import java.time.Duration;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.common.eventtime.WatermarkGenerator;
import org.apache.flink.api.common.eventtime.WatermarkGeneratorSupplier;
import org.apache.flink.api.common.eventtime.WatermarkOutput;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;
import org.apache.flink.util.clock.ManualClock;
import org.apache.flink.util.clock.RelativeClock;
import org.junit.jupiter.api.Test;

/** A partition's watermark with its idleness. */
final class EventWatermarksTest {
    private static final long T = 1_600_000_000_000L;

    private final ManualClock clock = new ManualClock();
    private final Output output = new Output();
    private final WatermarkGenerator<RawEvent> partition =
            EventWatermarks.strategy(TestingDeployments.example().eventTime(), false)
                    .createWatermarkGenerator(new Context(clock));

    private record Context(RelativeClock getInputActivityClock)
            implements WatermarkGeneratorSupplier.Context {
        @Override
        public MetricGroup getMetricGroup() {
            return new UnregisteredMetricsGroup();
        }
    }

    private static final class Output implements WatermarkOutput {
        long watermark = Long.MIN_VALUE;
        boolean idle;

        @Override
        public void emitWatermark(Watermark mark) {
            watermark = mark.getTimestamp();
            idle = false;
        }

        @Override
        public void markIdle() {
            idle = true;
        }

        @Override
        public void markActive() {
            idle = false;
        }
    }

    private void read(long timeMs, RejectionCause cause) {
        RawEvent event =
                new RawEvent(EventKind.CLICK, "u", timeMs, 0, 0, new byte[0], cause, "detail");
        partition.onEvent(event, timeMs, output);
        partition.onPeriodicEmit(output);
        clock.advanceTime(Duration.ofSeconds(1));
    }

    @Test
    void refusedRecordsNeitherMoveTheWatermarkNorKeepTheirPartitionFromBeingIdle() {
        read(T, null);
        long reached = output.watermark;
        assertThat(reached).isBetween(T - Duration.ofDays(1).toMillis(), T);
        for (int i = 0; i < 600; i++) {
            read(T + Duration.ofDays(9).toMillis(), RejectionCause.INVALID);
        }
        assertThat(output.watermark).isEqualTo(reached);
        assertThat(output.idle).isTrue();
        read(T + 1, null);
        assertThat(output.watermark).isEqualTo(reached + 1);
        assertThat(output.idle).isFalse();
    }
}
