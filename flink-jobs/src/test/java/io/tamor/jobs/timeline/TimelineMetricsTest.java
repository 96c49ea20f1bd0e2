package io.tamor.jobs.timeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.tamor.jobs.timeline.logic.EventKind;
import io.tamor.jobs.timeline.logic.RawEvent;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.Histogram;
import org.apache.flink.metrics.Metric;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;
import org.junit.jupiter.api.Test;

/** The figures of a subtask after known events. */
final class TimelineMetricsTest {
    private static final long T = 1_600_000_000_000L;
    private static final long MINUTE = 60_000L;

    @Test
    void matchRatesDelaysAndTheWatermarksLagAreThoseOfTheEvents() throws Exception {
        try (TestingTimeline timeline =
                new TestingTimeline(TestingDeployments.example(), false, 1)) {
            timeline.feed(TestingEvent.impression("i", "u", T, "a", "fund", null).raw(0));
            timeline.feed(click("c-1", "i", T + MINUTE));
            timeline.feed(click("c-2", "nobody", T + MINUTE));
            timeline.feed(click("c-3", "nobody", T + 2 * MINUTE));
            timeline.feed(click("c-4", "nobody", T + 3 * MINUTE));
            timeline.feed(invested("v-1", T + 10 * MINUTE, "i"));
            timeline.feed(invested("v-2", T + 11 * MINUTE, "nobody"));
            timeline.watermarks(T + 20 * MINUTE);
            timeline.processingTime(T + 25 * MINUTE);
            TestingGroup group = new TestingGroup("", new HashMap<>());
            timeline.metrics().open(group);

            assertThat(group.gauge("timeline.match.clicks")).isEqualTo(0.25);
            assertThat(group.gauge("timeline.match.investments")).isEqualTo(0.5);
            assertThat(group.gauge("timeline.match.conversions")).isEqualTo(Double.NaN);
            assertThat(group.gauge("timeline.watermarkLagMs")).isEqualTo(5 * MINUTE);
            Histogram clicks = group.histogram("outcome.clicks.tier.none.timeline.delayMs");
            assertThat(clicks.getCount()).isEqualTo(1);
            assertThat(clicks.getStatistics().getQuantile(0.5)).isEqualTo(MINUTE);
            Histogram low = group.histogram("outcome.investments.tier.low.timeline.delayMs");
            Histogram none = group.histogram("outcome.investments.tier.none.timeline.delayMs");
            assertThat(low.getCount() + none.getCount()).isEqualTo(1);
        }
    }

    @Test
    void aUserWithMostOfAMinutesEventsShows() throws Exception {
        try (TestingTimeline timeline =
                new TestingTimeline(TestingDeployments.example(), false, 1)) {
            TestingGroup group = new TestingGroup("", new HashMap<>());
            timeline.metrics().open(group);
            for (int i = 0; i < 255; i++) {
                timeline.feed(
                        TestingEvent.impression(
                                        "i-" + i,
                                        i % 4 == 0 ? "u-" + i : "hot",
                                        T,
                                        "a",
                                        "fund",
                                        null)
                                .raw(i));
            }
            assertThat(group.gauge("timeline.busiestUserShare")).isEqualTo(0.0);
            timeline.processingTime(MINUTE);
            timeline.feed(TestingEvent.impression("last", "hot", T, "a", "fund", null).raw(255));
            assertThat((Double) group.gauge("timeline.busiestUserShare")).isBetween(0.73, 0.75);
        }
    }

    private static RawEvent click(String id, String impression, long timeMs) {
        return TestingEvent.outcome(EventKind.CLICK, id, "u", timeMs, impression, "a", "fund")
                .raw(0);
    }

    private static RawEvent invested(String id, long timeMs, String impression) {
        return TestingEvent.investment(id, "u", timeMs, impression, "fund", false, 100).raw(0);
    }

    /** Keeps what is registered, by its whole name. */
    private static final class TestingGroup extends UnregisteredMetricsGroup {
        private final String path;
        private final Map<String, Metric> metrics;

        TestingGroup(String path, Map<String, Metric> metrics) {
            this.path = path;
            this.metrics = metrics;
        }

        Object gauge(String name) {
            return ((Gauge<?>) metrics.get(name)).getValue();
        }

        Histogram histogram(String name) {
            return (Histogram) metrics.get(name);
        }

        @Override
        public <T, G extends Gauge<T>> G gauge(String name, G gauge) {
            metrics.put(path + name, gauge);
            return gauge;
        }

        @Override
        public <H extends Histogram> H histogram(String name, H histogram) {
            metrics.put(path + name, histogram);
            return histogram;
        }

        @Override
        public MetricGroup addGroup(String key, String value) {
            return new TestingGroup(path + key + "." + value + ".", metrics);
        }
    }
}
