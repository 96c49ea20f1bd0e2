package io.tamor.model.gate;

import static org.assertj.core.api.Assertions.assertThat;

import io.tamor.model.TestingModels;
import io.tamor.model.config.ModelSpec;
import io.tamor.model.config.NetworkSpec;
import io.tamor.model.metric.MetricTable;
import io.tamor.model.metric.RecentMetrics;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class GateTest {
    private static final ModelSpec SPEC = TestingModels.spec(NetworkSpec.TAMOR);
    private static final int CLICK = SPEC.task("click");
    private static final int AMOUNT = SPEC.task("amount");
    private static final GateBounds BOUNDS = new GateBounds(100, 0.02, 0.1, 1.5, 1.1);

    private final Gate gate = new Gate(SPEC, BOUNDS);

    /** Scores of clicks in a tier: the truth, blurred; the labels are the same for every blur. */
    private static void score(MetricTable table, int tier, int labels, double blur, double factor) {
        Random truth = new Random(tier);
        Random noise = new Random(99);
        for (int i = 0; i < labels; i++) {
            double rate = truth.nextBoolean() ? 0.1 : 0.5;
            boolean label = truth.nextDouble() < rate;
            double seen = noise.nextDouble() < blur ? 0.3 : rate;
            table.add(CLICK, tier, MetricTable.ALL, seen * factor, label ? 1 : 0, 1);
        }
    }

    private static MetricTable table() {
        return MetricTable.byTier(SPEC);
    }

    @Test
    void aCandidateAsGoodAsTheLiveVersionPasses() {
        MetricTable candidate = table();
        MetricTable live = table();
        score(candidate, 0, 2000, 0.1, 1);
        score(live, 0, 2000, 0.1, 1);
        GateReport report = gate.judge(candidate, live, 7L);
        assertThat(report.passed()).isTrue();
        assertThat(report.against()).isEqualTo(7L);
        assertThat(report.reasons()).isEmpty();
        assertThat(report.slices()).hasSize(2);
        assertThat(report.slices().get(1).tier()).isEqualTo("none");
        assertThat(report.slices().get(1).labels()).isEqualTo(2000);
        assertThat(report.slices().get(1).candidate())
                .containsKeys("auc", "log_loss", "calibration", "normalized_entropy");
    }

    @Test
    void aCandidateThatIsWorseInOneTierAloneIsRejectedWithThatTiersName() {
        MetricTable candidate = table();
        MetricTable live = table();
        for (int tier = 0; tier < 2; tier++) {
            score(candidate, tier, tier == 0 ? 20_000 : 900, tier == 1 ? 1 : 0, 1);
            score(live, tier, tier == 0 ? 20_000 : 900, 0, 1);
        }
        GateReport report = gate.judge(candidate, live, 7L);
        assertThat(report.passed()).isFalse();
        assertThat(report.reasons())
                .allSatisfy(reason -> assertThat(reason).startsWith("click, tier low: "))
                .anySatisfy(reason -> assertThat(reason).contains("AUC 0.5").contains("live 0.7"))
                .anySatisfy(reason -> assertThat(reason).contains("log loss"));
    }

    @Test
    void aClassWhoseLabelsWeighNothingIsNotJudged() {
        MetricTable candidate = table();
        MetricTable live = table();
        for (int i = 0; i < 1000; i++) {
            boolean label = i % 2 == 0;
            for (MetricTable table : List.of(candidate, live)) {
                table.add(CLICK, 0, MetricTable.ALL, 0.3, label ? 1 : 0, label ? 1 : 0);
            }
        }
        assertThat(gate.judge(candidate, live, 7L).reasons()).isEmpty();
        assertThat(gate.regressions(live, candidate)).isEmpty();
    }

    @Test
    void aSliceWithFewLabelsOfEitherClassIsNotJudged() {
        MetricTable candidate = table();
        MetricTable live = table();
        score(candidate, 0, 200, 1, 1);
        score(live, 0, 200, 0, 1);
        GateReport report = gate.judge(candidate, live, 7L);
        assertThat(report.passed()).isTrue();
        assertThat(report.slices()).isEmpty();
    }

    @Test
    void theAbsoluteBoundsHoldWithoutAndAgainstALiveVersion() {
        MetricTable candidate = table();
        score(candidate, 0, 2000, 0, 1.8);
        GateReport first = gate.judge(candidate, null, null);
        assertThat(first.passed()).isFalse();
        assertThat(first.reasons().get(0)).contains("click, tier all: calibration 1.");
        assertThat(gate.judge(candidate, candidate, 7L).passed()).isFalse();
    }

    @Test
    void amountsAreComparedByTheirError() {
        MetricTable candidate = table();
        MetricTable live = table();
        for (int i = 0; i < 300; i++) {
            double amount = i % 7 + 1;
            candidate.add(AMOUNT, 2, MetricTable.ALL, 40, amount, 1);
            live.add(AMOUNT, 2, MetricTable.ALL, 4, amount, 1);
        }
        assertThat(gate.judge(candidate, live, 1L).reasons())
                .hasSize(2)
                .allSatisfy(reason -> assertThat(reason).contains("NRMSE"));
        assertThat(gate.judge(candidate, null, null).passed()).isTrue();
    }

    @Test
    void recentMetricsForgetWhatIsOlderThanTheHorizonAndMergeAndSurviveTheirBytes()
            throws IOException {
        RecentMetrics recent = new RecentMetrics(SPEC, Duration.ofHours(2));
        RecentMetrics other = new RecentMetrics(SPEC, Duration.ofHours(2));
        long hourMs = Duration.ofHours(1).toMillis();
        for (int hour = 0; hour < 5; hour++) {
            for (int i = 0; i <= hour; i++) {
                (i == 0 ? other : recent).add(hour * hourMs + i, CLICK, 0, 0.5, 1, 1);
            }
        }
        recent.add(hourMs, CLICK, 0, 0.5, 1, 1);
        assertThat(clicks(recent)).isEqualTo(3 + 4);
        recent.merge(other);
        assertThat(clicks(recent)).isEqualTo(4 + 5);

        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        recent.write(new DataOutputStream(bytes));
        RecentMetrics read = new RecentMetrics(SPEC, Duration.ofHours(2));
        read.read(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));
        assertThat(read.recent().rows()).isEqualTo(recent.recent().rows());
        RecentMetrics longer = new RecentMetrics(SPEC, Duration.ofHours(4));
        longer.read(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));
        assertThat(longer.recent().rows()).isEmpty();
        recent.clear();
        assertThat(recent.recent().rows()).isEmpty();
        for (int i = 0; i < 199; i++) {
            recent.add(i, CLICK, i % 3, 0.5, i % 2, 1);
        }
        assertThat(gate.ready(recent)).isFalse();
        recent.add(200, CLICK, 0, 0.5, 1, 1);
        assertThat(recent.count(CLICK)).isEqualTo(200);
        assertThat(gate.ready(recent)).isTrue();
    }

    private static long clicks(RecentMetrics metrics) {
        return metrics.recent().binary(CLICK, MetricTable.ALL, MetricTable.ALL).count();
    }
}
