package io.tamor.jobs.timeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.tamor.jobs.timeline.logic.EventKind;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;
import org.apache.flink.streaming.runtime.tasks.TestProcessingTimeService;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;
import org.junit.jupiter.api.Test;

/** The guards of an operator that reads some kinds of events only. */
final class OutageGuardsTest {
    /** Keeps what is registered. */
    private static final class TestingGauges extends UnregisteredMetricsGroup {
        private final Map<String, Gauge<?>> gauges = new HashMap<>();

        @Override
        public <T, G extends Gauge<T>> G gauge(String name, G gauge) {
            gauges.put(name, gauge);
            return gauge;
        }

        Object value(String name) {
            return gauges.get(name).getValue();
        }
    }

    @Test
    void eachInputShowsUnderTheNameOfItsStream() throws Exception {
        TestProcessingTimeService time = new TestProcessingTimeService();
        OutageGuards guards =
                new OutageGuards(
                        time,
                        100,
                        List.of(EventKind.IMPRESSION, EventKind.INVESTMENT),
                        false,
                        (status, input) -> {});
        TestingGauges gauges = new TestingGauges();
        guards.open(gauges);
        guards.onStatus(WatermarkStatus.IDLE, 2);
        assertThat(gauges.gauges).hasSize(6);
        assertThat(gauges.value("timeline.impressions.silent")).isEqualTo(0);
        assertThat(gauges.value("timeline.investments.silent")).isEqualTo(1);
        assertThat(gauges.value("timeline.investments.holdsWatermark")).isEqualTo(1);
        assertThat(gauges.value("timeline.investments.outages")).isEqualTo(1L);
        time.setCurrentTime(100);
        assertThat(gauges.value("timeline.investments.holdsWatermark")).isEqualTo(0);
    }
}
