package io.tamor.jobs.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.learner.logic.TestingSamples;
import io.tamor.jobs.training.ModelComparison.Cell;
import io.tamor.model.metric.MetricRow;
import io.tamor.schemas.Sample;
import io.tamor.schemas.wire.FeatureWire;
import io.tamor.schemas.wire.MalformedRecordException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On samples with amounts, which none of the tier "none" is above 0 of. */
class ModelComparisonTest {
    private static final List<String> TIERS = List.of("none", "low", "high");

    @TempDir private Path folder;
    private Deployment deployment;
    private List<Sample> samples;
    private SampleFolder files;
    private int amount;

    @BeforeEach
    void writeSamples() throws Exception {
        deployment =
                TestingSamples.deployment(
                        folder,
                        yaml ->
                                yaml.replace(
                                                "  - {name: user_total_investment",
                                                "  - {name: amount, label: amount, kind: user-specific,"
                                                        + " window: 3 d, weight: 1.0}\n"
                                                        + "  - {name: user_total_investment")
                                        .replace("batch: 64", "batch: 8")
                                        .replace("learning_rate: 0.001", "learning_rate: 0.01"));
        assertThat(deployment.tiers().names()).isEqualTo(TIERS);
        List<String> tasks = deployment.tasks().stream().map(task -> task.name()).toList();
        amount = tasks.indexOf("amount");
        samples = new ArrayList<>();
        for (Sample sample : TestingSamples.generate(deployment, 2400, 5)) {
            samples.add(paid(sample));
        }
        files = TestingSampleFolder.write(folder.resolve("samples"), samples, 2);
    }

    /** With an amount in place of its label, which tier and first dense feature tell. */
    private Sample paid(Sample sample) throws MalformedRecordException {
        float[] dense = new float[deployment.sampleSchema().dense().size()];
        FeatureWire.unpackDense(sample.getDense(), dense);
        double yuan = TIERS.indexOf(sample.getTier()) * 50 * Math.exp(dense[0] / 3);
        boolean pays = dense[0] > 0;
        List<Float> labels = new ArrayList<>(sample.getLabels());
        labels.set(amount, pays ? (float) yuan : 0f);
        return Sample.newBuilder(sample).setLabels(labels).build();
    }

    @Test
    void anAmountsErrorsByTierMakeUpThatOfAllTiers() throws Exception {
        List<Cell> cells = compare(List.of("tamor", "htlnet"), 1);
        for (String network : List.of("tamor", "htlnet")) {
            double squaredErrors = 0;
            for (String tier : List.of("low", "high")) {
                squaredErrors += squaredErrors(cells, network, tier);
            }
            double whole = squaredErrors(cells, network, MetricRow.ALL);
            // What is left is of the tier without amounts, whose NRMSE is not defined.
            assertThat(squaredErrors).isLessThan(whole).isCloseTo(whole, within(0.05 * whole));
            assertThat(figures(cells, network, "none"))
                    .contains("mae")
                    .doesNotContain("nrmse", "gini", "spearman", "calibration");
        }
        // Few samples, but enough for this network to tell who pays.
        assertThat(cell(cells, "tamor", MetricRow.ALL, "gini").mean()).isGreaterThan(0.3);
        assertThat(cell(cells, "tamor", MetricRow.ALL, "spearman").mean()).isGreaterThan(0.3);
    }

    /** Of the labels of a tier, from its NRMSE and what was observed. */
    private double squaredErrors(List<Cell> cells, String network, String tier) {
        List<Float> observed =
                samples.stream()
                        .filter(s -> tier.equals(MetricRow.ALL) || tier.equals(s.getTier()))
                        .filter(s -> s.getMasks().get(amount))
                        .map(s -> s.getLabels().get(amount))
                        .toList();
        Cell nrmse = cell(cells, network, tier, "nrmse");
        assertThat(nrmse.count()).isEqualTo(observed.size());
        double mean = observed.stream().mapToDouble(yuan -> yuan).average().orElseThrow();
        return Math.pow(nrmse.mean() * mean, 2) * observed.size();
    }

    @Test
    void figuresOfTwoSeedsAreTheirMeanAndTheirDistanceOverTheRootOfTwo() throws Exception {
        List<Cell> cells = compare(List.of("htlnet"), 2);
        List<MetricRow> one = total(1);
        List<MetricRow> two = total(2);
        for (String figure : List.of("nrmse", "mae", "gini", "spearman", "calibration")) {
            for (String tier : List.of("low", "high", MetricRow.ALL)) {
                double first = value(one, tier, figure);
                double second = value(two, tier, figure);
                Cell cell = cell(cells, "htlnet", tier, figure);
                assertThat(cell.mean()).isCloseTo((first + second) / 2, within(1e-9));
                assertThat(cell.deviation())
                        .isPositive()
                        .isCloseTo(Math.abs(first - second) / Math.sqrt(2), within(1e-9));
            }
        }
    }

    private List<MetricRow> total(long seed) throws Exception {
        OfflineTraining training =
                new OfflineTraining(
                        ModelComparison.variant(deployment, "htlnet", seed), Long.MIN_VALUE);
        training.run(files);
        return training.quality().total();
    }

    private static double value(List<MetricRow> rows, String tier, String figure) {
        return rows.stream()
                .filter(row -> row.task().equals("amount") && row.tier().equals(tier))
                .filter(row -> row.scenario().equals(MetricRow.ALL))
                .mapToDouble(row -> row.values().get(figure))
                .findFirst()
                .orElseThrow();
    }

    private List<Cell> compare(List<String> networks, int seeds) throws Exception {
        return new ModelComparison(deployment, files, Long.MIN_VALUE)
                .run(networks, seeds, run -> {});
    }

    private static Cell cell(List<Cell> cells, String network, String tier, String figure) {
        return cells.stream()
                .filter(cell -> cell.network().equals(network) && cell.task().equals("amount"))
                .filter(cell -> cell.tier().equals(tier) && cell.figure().equals(figure))
                .findFirst()
                .orElseThrow(() -> new AssertionError(network + " has no " + figure));
    }

    private static List<String> figures(List<Cell> cells, String network, String tier) {
        return cells.stream()
                .filter(cell -> cell.network().equals(network) && cell.task().equals("amount"))
                .filter(cell -> cell.tier().equals(tier))
                .map(Cell::figure)
                .toList();
    }
}
