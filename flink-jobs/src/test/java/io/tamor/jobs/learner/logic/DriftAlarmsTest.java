package io.tamor.jobs.learner.logic;

import static org.assertj.core.api.Assertions.assertThat;

import io.tamor.jobs.learner.logic.DriftMonitor.Signal;
import io.tamor.model.config.Target;
import io.tamor.model.config.TaskKind;
import io.tamor.model.config.TaskSpec;
import io.tamor.model.metric.MetricRow;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class DriftAlarmsTest {
    private final DriftAlarms alarms = alarms();

    private static DriftAlarms alarms() {
        return new DriftAlarms(
                List.of(
                        new TaskSpec("click", TaskKind.COMMON, Target.BINARY, 1),
                        new TaskSpec("amount", TaskKind.COMMON, Target.AMOUNT, 1)),
                List.of("low", "high"));
    }

    @Test
    void aTierHasItsOwnAndAllHaveTheSum() {
        alarms.raise(0, 0, Signal.LOSS);
        alarms.raise(0, 1, Signal.LOSS);
        alarms.raise(0, 1, Signal.LOSS);
        alarms.raise(0, 1, Signal.CALIBRATION);
        assertThat(alarms.of(row("click", "low", MetricRow.ALL), Signal.LOSS)).isEqualTo(1);
        assertThat(alarms.of(row("click", "high", MetricRow.ALL), Signal.LOSS)).isEqualTo(2);
        assertThat(alarms.of(row("click", MetricRow.ALL, MetricRow.ALL), Signal.LOSS)).isEqualTo(3);
        assertThat(alarms.of(row("click", "low", MetricRow.ALL), Signal.CALIBRATION)).isZero();
        assertThat(alarms.total()).isEqualTo(4);
    }

    @Test
    void whatIsNotWatchedHasNone() {
        assertThat(alarms.of(row("amount", "low", MetricRow.ALL), Signal.LOSS)).isNull();
        assertThat(alarms.of(row("click", "low", "home"), Signal.LOSS)).isNull();
    }

    @Test
    void thoseOfAnotherMonitorAreAddedSliceBySlice() {
        DriftAlarms other = alarms();
        other.raise(0, 1, Signal.CALIBRATION);
        alarms.raise(0, 1, Signal.CALIBRATION);
        alarms.add(other);
        assertThat(alarms.of(0, 1, Signal.CALIBRATION)).isEqualTo(2);
        assertThat(alarms.total()).isEqualTo(2);
    }

    private static MetricRow row(String task, String tier, String scenario) {
        return new MetricRow(task, tier, scenario, 10, 5, new TreeMap<>());
    }
}
