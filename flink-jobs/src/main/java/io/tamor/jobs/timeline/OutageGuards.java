package io.tamor.jobs.timeline;

import io.tamor.jobs.timeline.logic.EventKind;
import io.tamor.jobs.timeline.logic.TimelineTally;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.streaming.runtime.tasks.ProcessingTimeService;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;

/**
 * The {@link OutageGuard} of each input of an operator, one for each kind of event it reads, in
 * their order; Flink counts inputs from 1.
 */
final class OutageGuards {
    /** Lets an input's status take effect in the operator. */
    @FunctionalInterface
    interface Effect {
        void apply(WatermarkStatus status, int inputId) throws Exception;
    }

    private final List<EventKind> kinds;
    private final List<OutageGuard> guards = new ArrayList<>();

    /**
     * @param told true where impressions come from a {@link PopulationStage}: its own guards have
     *     held before it says that it is silent, and to hold again would double the outage
     */
    OutageGuards(
            ProcessingTimeService time,
            long outageMs,
            List<EventKind> kinds,
            boolean told,
            Effect effect) {
        this.kinds = kinds;
        for (EventKind kind : kinds) {
            int inputId = guards.size() + 1;
            guards.add(
                    new OutageGuard(
                            time,
                            told && kind == EventKind.IMPRESSION ? 0 : outageMs,
                            idle ->
                                    effect.apply(
                                            idle ? WatermarkStatus.IDLE : WatermarkStatus.ACTIVE,
                                            inputId)));
        }
    }

    /** Shows the guards as gauges of the operator. */
    void open(MetricGroup group) {
        for (int i = 0; i < guards.size(); i++) {
            OutageGuard guard = guards.get(i);
            String prefix = TimelineTally.PREFIX + kinds.get(i).stream();
            group.gauge(prefix + ".silent", (Gauge<Integer>) guard::silent);
            group.gauge(prefix + ".holdsWatermark", (Gauge<Integer>) guard::holding);
            group.gauge(prefix + ".outages", (Gauge<Long>) guard::outageCount);
        }
    }

    /** Takes an input's new status. */
    void onStatus(WatermarkStatus status, int inputId) throws Exception {
        guards.get(inputId - 1).onStatus(status.isIdle());
    }
}
