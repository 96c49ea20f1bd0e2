package io.tamor.jobs.learner;

import io.tamor.jobs.learner.logic.QualitySlice;
import io.tamor.model.config.TaskSpec;
import io.tamor.model.metric.MetricRow;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.flink.metrics.MetricGroup;

/**
 * The quality last said of each task over all tiers and scenarios, as Flink gauges {@code
 * learner.task.NAME.<total|window>.FIGURE}; NaN while a figure is not defined. Read by reporters'
 * threads.
 */
final class QualityGauges {
    private static final List<String> FIGURES =
            List.of("auc", "log_loss", "normalized_entropy", "calibration");

    private final Map<String, Double> latest = new ConcurrentHashMap<>();

    QualityGauges(MetricGroup group, List<TaskSpec> tasks) {
        for (TaskSpec task : tasks) {
            for (boolean cumulative : new boolean[] {true, false}) {
                MetricGroup place =
                        group.addGroup("task", task.name())
                                .addGroup(cumulative ? "total" : "window");
                for (String figure : FIGURES) {
                    String key = key(task.name(), cumulative, figure);
                    place.gauge(figure, () -> latest.getOrDefault(key, Double.NaN));
                }
            }
        }
    }

    void update(List<QualitySlice> slices) {
        for (QualitySlice slice : slices) {
            MetricRow row = slice.row();
            if (row.tier().equals(MetricRow.ALL) && row.scenario().equals(MetricRow.ALL)) {
                for (String figure : FIGURES) {
                    latest.put(
                            key(row.task(), slice.cumulative(), figure),
                            row.values().getOrDefault(figure, Double.NaN));
                }
            }
        }
    }

    private static String key(String task, boolean cumulative, String figure) {
        return task + "/" + cumulative + "/" + figure;
    }
}
