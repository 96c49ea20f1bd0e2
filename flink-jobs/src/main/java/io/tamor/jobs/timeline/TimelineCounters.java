package io.tamor.jobs.timeline;

import io.tamor.jobs.timeline.logic.Tally;
import io.tamor.jobs.timeline.logic.TimelineTally;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.api.common.accumulators.LongCounter;
import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.metrics.Gauge;
import org.jspecify.annotations.Nullable;

/**
 * Shows the tally as Flink metrics (of this subtask) and as accumulators (of the job, in the result
 * of a bounded run). The tally is checkpointed, so both go on after a failure where the state does.
 */
final class TimelineCounters {
    private final Tally tally;
    private final TimelineTally timeline;
    private final Map<String, LongCounter> accumulators = new HashMap<>();
    private final LongCounter pending = new LongCounter();
    private @Nullable RuntimeContext context;

    TimelineCounters(Tally tally, TimelineTally timeline) {
        this.tally = tally;
        this.timeline = timeline;
    }

    void open(RuntimeContext runtime) {
        context = runtime;
        String name = TimelineTally.PREFIX + "pending.impressions";
        runtime.addAccumulator(name, pending);
        runtime.getMetricGroup().gauge(name, (Gauge<Long>) timeline::pending);
        publish();
    }

    /** Brings the accumulators up to date; new names get theirs. */
    void publish() {
        RuntimeContext runtime = context;
        if (runtime == null) {
            return;
        }
        for (Tally.Cell cell : tally.cells()) {
            LongCounter counter = accumulators.get(cell.name());
            if (counter == null) {
                counter = new LongCounter();
                accumulators.put(cell.name(), counter);
                runtime.addAccumulator(cell.name(), counter);
                runtime.getMetricGroup().gauge(cell.name(), (Gauge<Long>) cell::value);
            }
            counter.add(cell.value() - counter.getLocalValuePrimitive());
        }
        pending.add(timeline.pending() - pending.getLocalValuePrimitive());
    }
}
