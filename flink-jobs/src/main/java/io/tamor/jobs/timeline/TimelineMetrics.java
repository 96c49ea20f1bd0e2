package io.tamor.jobs.timeline;

import io.tamor.jobs.timeline.logic.BusyUsers;
import io.tamor.jobs.timeline.logic.EventKind;
import io.tamor.jobs.timeline.logic.OutcomeDelays;
import io.tamor.jobs.timeline.logic.Tally;
import io.tamor.jobs.timeline.logic.TimelineTally;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.MetricGroup;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Flink metrics of a subtask beside its counts: how much matches, how long outcomes take, how far
 * the watermark is behind the clock, whether one user is most of the work. Used by the task's
 * thread; its reporters read.
 */
final class TimelineMetrics {
    private static final Logger LOG = LoggerFactory.getLogger(TimelineMetrics.class);
    private static final long INTERVAL_MS = Duration.ofMinutes(1).toMillis();

    /** The clock is looked at once in so many events. */
    private static final int EVENTS_PER_LOOK = 256;

    /** From this share and number on a user is told in the log. */
    private static final double TELLING_SHARE = 0.05;

    private static final long TELLING_EVENTS = 1_000;

    private final Tally tally;
    private final OutcomeDelays delays;
    private final LongSupplier watermarkMs;
    private final LongSupplier clockMs;
    private final BusyUsers users = new BusyUsers();
    private BusyUsers.Busiest busiest = BusyUsers.Busiest.NOBODY;
    private long intervalFromMs;
    private long eventCount;

    TimelineMetrics(
            Tally tally, OutcomeDelays delays, LongSupplier watermarkMs, LongSupplier clockMs) {
        this.tally = tally;
        this.delays = delays;
        this.watermarkMs = watermarkMs;
        this.clockMs = clockMs;
        this.intervalFromMs = clockMs.getAsLong();
    }

    void open(MetricGroup metrics) {
        matchRate(metrics, "clicks", "accepted.clicks", "rejected.clicks.orphan");
        matchRate(metrics, "conversions", "accepted.conversions", "rejected.conversions.orphan");
        matchRate(metrics, "investments", "attributed.investments", "unattributed.investments");
        for (EventKind kind : OutcomeDelays.OUTCOMES) {
            for (int tier = 0; tier < delays.tiers().size(); tier++) {
                metrics.addGroup("outcome", kind.stream())
                        .addGroup("tier", delays.tiers().get(tier))
                        .histogram(
                                TimelineTally.PREFIX + "delayMs",
                                new DelayHistogram(delays.of(kind, tier)));
            }
        }
        metrics.gauge(TimelineTally.PREFIX + "watermarkLagMs", (Gauge<Long>) this::watermarkLagMs);
        metrics.gauge(
                TimelineTally.PREFIX + "busiestUserShare", (Gauge<Double>) () -> busiest.share());
    }

    /** The share of outcomes that found an impression; NaN before the first. */
    private void matchRate(MetricGroup metrics, String stream, String matched, String unmatched) {
        Tally.Cell with = tally.cell(TimelineTally.PREFIX + matched);
        Tally.Cell without = tally.cell(TimelineTally.PREFIX + unmatched);
        metrics.gauge(
                TimelineTally.PREFIX + "match." + stream,
                (Gauge<Double>) () -> with.value() / (double) (with.value() + without.value()));
    }

    /** Counts an event on arrival. */
    void event(String userId) {
        users.add(userId);
        if (++eventCount % EVENTS_PER_LOOK == 0) {
            long nowMs = clockMs.getAsLong();
            if (nowMs - intervalFromMs >= INTERVAL_MS) {
                intervalFromMs = nowMs;
                busiest = users.take();
                tell();
            }
        }
    }

    private void tell() {
        if (busiest.share() >= TELLING_SHARE && busiest.events() >= TELLING_EVENTS) {
            LOG.warn(
                    "one user, hash {}, has {} % of this subtask's events of the last minute",
                    Long.toHexString(busiest.userHash()), Math.round(busiest.share() * 100));
        }
    }

    private long watermarkLagMs() {
        long watermark = watermarkMs.getAsLong();
        // Before the first and after the last event there is nothing to lag behind.
        return watermark == Long.MIN_VALUE || watermark == Long.MAX_VALUE
                ? 0
                : clockMs.getAsLong() - watermark;
    }
}
