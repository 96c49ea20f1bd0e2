package io.tamor.model.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AmountMetricsTest {
    private static final int COUNT = 10_000;

    /** Mostly nothing, else lognormal; predictions with noise. */
    private static double[][] amounts(long seed) {
        Random random = new Random(seed);
        double[] predicted = new double[COUNT];
        double[] observed = new double[COUNT];
        for (int i = 0; i < COUNT; i++) {
            double mu = 4 + 2 * random.nextGaussian();
            observed[i] = random.nextInt(3) == 0 ? Math.exp(mu + random.nextGaussian()) : 0;
            predicted[i] = Math.exp(mu + 0.5 * random.nextGaussian()) / 3;
        }
        return new double[][] {predicted, observed};
    }

    private static AmountMetrics metrics(double[][] amounts, int from, int to) {
        AmountMetrics metrics = new AmountMetrics();
        for (int i = from; i < to; i++) {
            metrics.add(amounts[0][i], amounts[1][i], 1);
        }
        return metrics;
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void binnedRanksAreCloseToTheExactOnes(long seed) {
        double[][] amounts = amounts(seed);
        AmountMetrics metrics = metrics(amounts, 0, COUNT);
        double best = gini(amounts[1], amounts[1]);
        assertThat(metrics.gini()).isCloseTo(gini(amounts[0], amounts[1]) / best, within(1e-3));
        assertThat(metrics.spearman())
                .isCloseTo(pearson(ranks(amounts[0]), ranks(amounts[1])), within(2e-3));
    }

    @Test
    void errorsAreExact() {
        double[][] amounts = amounts(9);
        AmountMetrics metrics = metrics(amounts, 0, COUNT);
        double squares = 0;
        double absolute = 0;
        for (int i = 0; i < COUNT; i++) {
            double error = amounts[0][i] - amounts[1][i];
            squares += error * error / COUNT;
            absolute += Math.abs(error) / COUNT;
        }
        double mean = Arrays.stream(amounts[1]).sum() / COUNT;
        assertThat(metrics.nrmse()).isCloseTo(Math.sqrt(squares) / mean, within(1e-9));
        assertThat(metrics.mae()).isCloseTo(absolute, within(1e-6));
        assertThat(metrics.calibration())
                .isCloseTo(Arrays.stream(amounts[0]).sum() / COUNT / mean, within(1e-9));
        assertThat(metrics.count()).isEqualTo(COUNT);
        assertThat(metrics.positives())
                .isEqualTo(Arrays.stream(amounts[1]).filter(a -> a > 0).count());
    }

    @Test
    void aPerfectRankingHasGiniAndSpearmanOne() {
        AmountMetrics metrics = new AmountMetrics();
        for (int i = 0; i < 40; i++) {
            metrics.add(Math.pow(1.5, i), Math.pow(1.6, i), 1);
        }
        assertThat(metrics.gini()).isCloseTo(1, within(1e-12));
        assertThat(metrics.spearman()).isCloseTo(1, within(1e-12));
    }

    @Test
    void mergedPartsAreTheWhole() {
        double[][] amounts = amounts(3);
        AmountMetrics merged = metrics(amounts, 0, 100);
        merged.merge(metrics(amounts, 100, COUNT));
        metrics(amounts, 0, COUNT)
                .values()
                .forEach((k, v) -> assertThat(merged.values().get(k)).isCloseTo(v, within(1e-6)));
    }

    @Test
    void whatIsWrittenIsReadBitForBit() throws IOException {
        AmountMetrics metrics = metrics(amounts(3), 0, COUNT);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        metrics.write(new DataOutputStream(out));
        AmountMetrics read =
                AmountMetrics.read(
                        new DataInputStream(new ByteArrayInputStream(out.toByteArray())));
        assertThat(read.values()).isEqualTo(metrics.values());
        byte[] bytes = out.toByteArray();
        bytes[3] = 2;
        assertThatThrownBy(
                        () ->
                                AmountMetrics.read(
                                        new DataInputStream(new ByteArrayInputStream(bytes))))
                .hasMessageContaining("version of amount metrics 1, found 2");
    }

    @Test
    void whatIsNotDefinedIsLeftOutAndWrongAmountsAreRefused() {
        AmountMetrics metrics = new AmountMetrics();
        assertThat(metrics.values()).isEmpty();
        assertThatThrownBy(() -> metrics.add(-1, 0, 1)).hasMessageContaining("was -1.0");
        assertThatThrownBy(() -> metrics.add(0, Double.NaN, 1)).hasMessageContaining("NaN");
        metrics.add(3, 0, 1);
        assertThat(metrics.values().keySet()).containsExactly("mae");
    }

    /** Area between equality and the share curve of amounts in ascending order of the score. */
    private static double gini(double[] score, double[] amount) {
        Integer[] order = new Integer[score.length];
        Arrays.setAll(order, i -> i);
        Arrays.sort(order, Comparator.comparingDouble(i -> score[i]));
        double before = 0;
        double area = 0;
        for (int i : order) {
            area += before + amount[i] / 2;
            before += amount[i];
        }
        return 1 - 2 * area / (score.length * before);
    }

    private static double[] ranks(double[] values) {
        Integer[] order = new Integer[values.length];
        Arrays.setAll(order, i -> i);
        Arrays.sort(order, Comparator.comparingDouble(i -> values[i]));
        double[] ranks = new double[values.length];
        for (int i = 0; i < order.length; ) {
            int end = i;
            while (end < order.length && values[order[end]] == values[order[i]]) {
                end++;
            }
            double rank = (i + end - 1) / 2.0;
            for (; i < end; i++) {
                ranks[order[i]] = rank;
            }
        }
        return ranks;
    }

    private static double pearson(double[] x, double[] y) {
        double mx = Arrays.stream(x).average().orElseThrow();
        double my = Arrays.stream(y).average().orElseThrow();
        double xy = 0;
        double xx = 0;
        double yy = 0;
        for (int i = 0; i < x.length; i++) {
            xy += (x[i] - mx) * (y[i] - my);
            xx += (x[i] - mx) * (x[i] - mx);
            yy += (y[i] - my) * (y[i] - my);
        }
        return xy / Math.sqrt(xx * yy);
    }
}
