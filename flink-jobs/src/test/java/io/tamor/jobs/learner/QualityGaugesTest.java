package io.tamor.jobs.learner;

import static org.assertj.core.api.Assertions.assertThat;

import io.tamor.jobs.learner.logic.QualitySlice;
import io.tamor.model.config.Target;
import io.tamor.model.config.TaskKind;
import io.tamor.model.config.TaskSpec;
import io.tamor.model.metric.MetricRow;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;
import org.junit.jupiter.api.Test;

class QualityGaugesTest {
    private final Map<String, Gauge<?>> gauges = new TreeMap<>();
    private final QualityGauges quality =
            new QualityGauges(
                    new Group("learner"),
                    List.of(
                            new TaskSpec("click", TaskKind.COMMON, Target.BINARY, 1),
                            new TaskSpec("amount", TaskKind.COMMON, Target.AMOUNT, 1)));

    @Test
    void everyTierHasItsFiguresAndAnAmountItsOwn() {
        quality.update(
                List.of(
                        slice("click", "high", "all", true, Map.of("auc", 0.7)),
                        slice("click", "high", "fund", true, Map.of("auc", 0.1)),
                        slice("amount", "all", "all", false, Map.of("gini", 0.4))));
        assertThat(gauges.keySet())
                .hasSize(4 + 5)
                .allMatch(
                        name ->
                                name.startsWith("learner.task.click.tier.high.total.")
                                        || name.startsWith("learner.task.amount.tier.all.window."));
        assertThat(value("learner.task.click.tier.high.total.auc")).isEqualTo(0.7);
        assertThat(value("learner.task.amount.tier.all.window.gini")).isEqualTo(0.4);
        assertThat(value("learner.task.amount.tier.all.window.mae")).isNaN();
        quality.update(List.of(slice("click", "high", "all", true, Map.of("log_loss", 0.2))));
        assertThat(value("learner.task.click.tier.high.total.auc")).isNaN();
        assertThat(value("learner.task.click.tier.high.total.log_loss")).isEqualTo(0.2);
    }

    private double value(String name) {
        return (Double) gauges.get(name).getValue();
    }

    private static QualitySlice slice(
            String task, String tier, String scenario, boolean total, Map<String, Double> values) {
        MetricRow row = new MetricRow(task, tier, scenario, 9, 3, new TreeMap<>(values));
        return new QualitySlice(row, total, 0, 1);
    }

    /** Keeps what is registered, by its full name. */
    private final class Group extends UnregisteredMetricsGroup {
        private final String name;

        Group(String name) {
            this.name = name;
        }

        @Override
        public MetricGroup addGroup(String child) {
            return new Group(name + "." + child);
        }

        @Override
        public MetricGroup addGroup(String key, String value) {
            return new Group(name + "." + key + "." + value);
        }

        @Override
        public <T, G extends Gauge<T>> G gauge(String figure, G gauge) {
            gauges.put(name + "." + figure, gauge);
            return gauge;
        }
    }
}
