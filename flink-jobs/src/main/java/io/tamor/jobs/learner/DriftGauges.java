package io.tamor.jobs.learner;

import io.tamor.jobs.learner.logic.DriftMonitor;
import io.tamor.model.config.ModelSpec;
import io.tamor.model.config.Target;
import java.util.Locale;
import org.apache.flink.metrics.MetricGroup;

/**
 * Alarms of the drift monitor as Flink gauges: {@code learner.drift.alarms} of all, and {@code
 * learner.drift.task.NAME.tier.NAME.<loss|calibration>} of each slice.
 */
final class DriftGauges {
    private DriftGauges() {}

    static void register(MetricGroup learner, ModelSpec spec, DriftMonitor monitor) {
        MetricGroup group = learner.addGroup("drift");
        group.gauge("alarms", () -> monitor.alarms().total());
        for (int t = 0; t < spec.tasks().size(); t++) {
            if (spec.tasks().get(t).target() != Target.BINARY) {
                continue;
            }
            int task = t;
            MetricGroup tasks = group.addGroup("task", spec.tasks().get(task).name());
            for (int i = 0; i < spec.input().tiers().size(); i++) {
                int tier = i;
                MetricGroup place = tasks.addGroup("tier", spec.input().tiers().get(tier));
                for (DriftMonitor.Signal signal : DriftMonitor.Signal.values()) {
                    place.gauge(
                            signal.name().toLowerCase(Locale.ROOT),
                            () -> monitor.alarms().of(task, tier, signal));
                }
            }
        }
    }
}
