package io.tamor.jobs.learner;

import io.tamor.jobs.learner.logic.QualitySlice;
import io.tamor.model.config.Target;
import io.tamor.model.config.TaskSpec;
import io.tamor.model.metric.MetricRow;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.flink.metrics.MetricGroup;

/**
 * The quality last said of each task in each tier and in all of them, over all scenarios, as Flink
 * gauges {@code learner.task.NAME.tier.TIER.<total|window>.FIGURE}. They are there from a tier's
 * first figures on, and NaN while a figure is not defined. Read by reporters' threads.
 */
final class QualityGauges {
    private static final List<String> BINARY =
            List.of("auc", "log_loss", "normalized_entropy", "calibration");
    private static final List<String> AMOUNT =
            List.of("nrmse", "mae", "gini", "spearman", "calibration");

    private final MetricGroup group;
    private final Map<String, List<String>> figures = new HashMap<>();
    private final Set<String> registered = new HashSet<>();
    private final Map<String, Double> latest = new ConcurrentHashMap<>();

    QualityGauges(MetricGroup group, List<TaskSpec> tasks) {
        this.group = group;
        for (TaskSpec task : tasks) {
            figures.put(task.name(), task.target() == Target.BINARY ? BINARY : AMOUNT);
        }
    }

    void update(List<QualitySlice> slices) {
        for (QualitySlice slice : slices) {
            if (slice.row().scenario().equals(MetricRow.ALL)) {
                update(slice.row(), slice.cumulative() ? "total" : "window");
            }
        }
    }

    private void update(MetricRow row, String span) {
        String slice = row.task() + "/" + row.tier() + "/" + span + "/";
        List<String> names = figures.getOrDefault(row.task(), List.of());
        for (String figure : names) {
            latest.put(slice + figure, row.values().getOrDefault(figure, Double.NaN));
        }
        if (registered.add(slice)) {
            MetricGroup place =
                    group.addGroup("task", row.task()).addGroup("tier", row.tier()).addGroup(span);
            for (String figure : names) {
                place.gauge(figure, () -> latest.get(slice + figure));
            }
        }
    }
}
