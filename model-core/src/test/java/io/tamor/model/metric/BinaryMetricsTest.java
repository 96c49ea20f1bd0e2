package io.tamor.model.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.sun.management.ThreadMXBean;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BinaryMetricsTest {
    /** Noisy scores of labels, and weights. */
    private static final class Scored {
        private final double[] probability;
        private final boolean[] positive;
        private final double[] weight;

        Scored(double[] probability, boolean[] positive, double[] weight) {
            this.probability = probability;
            this.positive = positive;
            this.weight = weight;
        }

        static Scored random(long seed, int count, double spread, double bias) {
            Random random = new Random(seed);
            double[] probability = new double[count];
            boolean[] positive = new boolean[count];
            double[] weight = new double[count];
            for (int i = 0; i < count; i++) {
                double logit = bias + spread * random.nextGaussian();
                positive[i] = random.nextDouble() < 1 / (1 + Math.exp(-logit));
                double noisy = logit + 0.3 * spread * random.nextGaussian();
                probability[i] = (float) (1 / (1 + Math.exp(-noisy)));
                weight[i] = 0.5 + random.nextDouble();
            }
            return new Scored(probability, positive, weight);
        }

        BinaryMetrics metrics(int from, int to) {
            BinaryMetrics metrics = new BinaryMetrics();
            for (int i = from; i < to; i++) {
                metrics.add(probability[i], positive[i], weight[i]);
            }
            return metrics;
        }

        BinaryMetrics metrics() {
            return metrics(0, probability.length);
        }

        /** By sorting; ties count half. */
        double auc() {
            Integer[] order = new Integer[probability.length];
            Arrays.setAll(order, i -> i);
            Arrays.sort(order, (a, b) -> Double.compare(probability[a], probability[b]));
            double below = 0;
            double won = 0;
            double positives = 0;
            for (int i = 0; i < order.length; ) {
                double tiedPositive = 0;
                double tiedNegative = 0;
                double score = probability[order[i]];
                for (; i < order.length && probability[order[i]] == score; i++) {
                    if (positive[order[i]]) {
                        tiedPositive += weight[order[i]];
                    } else {
                        tiedNegative += weight[order[i]];
                    }
                }
                won += tiedPositive * (below + tiedNegative / 2);
                below += tiedNegative;
                positives += tiedPositive;
            }
            return won / (below * positives);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void theAucIsWithinItsBoundOfTheExactOne(long seed) {
        Random random = new Random(seed);
        double spread = Math.exp(3 * random.nextDouble() - 2);
        Scored scored = Scored.random(seed, 20_000, spread, -4 * random.nextDouble());
        BinaryMetrics metrics = scored.metrics();
        assertThat(metrics.auc()).isCloseTo(scored.auc(), within(metrics.aucErrorBound()));
        assertThat(metrics.auc()).isCloseTo(scored.auc(), within(5e-4));
        assertThat(metrics.aucErrorBound()).isLessThan(0.02);
    }

    @Test
    void scoresThatDifferTooLittleTieAndTheBoundSaysSo() {
        BinaryMetrics metrics = new BinaryMetrics();
        metrics.add(0.50001, true, 1);
        metrics.add(0.50002, false, 1);
        assertThat(metrics.auc()).isEqualTo(0.5);
        assertThat(metrics.aucErrorBound()).isEqualTo(0.5);
    }

    @Test
    void theOtherFiguresAreThoseOfTheirDefinitions() {
        Scored scored = Scored.random(11, 5_000, 1.5, -2);
        BinaryMetrics metrics = scored.metrics();
        double loss = 0;
        double weight = 0;
        double observed = 0;
        double predicted = 0;
        long positives = 0;
        for (int i = 0; i < scored.probability.length; i++) {
            double w = scored.weight[i];
            double p = scored.probability[i];
            loss -= w * Math.log(scored.positive[i] ? p : 1 - p);
            weight += w;
            predicted += w * p;
            observed += scored.positive[i] ? w : 0;
            positives += scored.positive[i] ? 1 : 0;
        }
        double rate = observed / weight;
        double entropy = -rate * Math.log(rate) - (1 - rate) * Math.log(1 - rate);
        assertThat(metrics.count()).isEqualTo(5_000);
        assertThat(metrics.positives()).isEqualTo(positives);
        assertThat(metrics.logLoss()).isCloseTo(loss / weight, within(1e-9));
        assertThat(metrics.normalizedEntropy()).isCloseTo(loss / weight / entropy, within(1e-9));
        assertThat(metrics.calibration()).isCloseTo(predicted / observed, within(1e-9));
        assertThat(metrics.expectedCalibrationError()).isBetween(0.0, 0.05);
    }

    @Test
    void theCalibrationErrorOfKnownGapsIsTheirMean() {
        BinaryMetrics metrics = new BinaryMetrics();
        for (int i = 0; i < 100; i++) {
            metrics.add(0.1, i < 30, 1); // 0.2 too low
            metrics.add(0.8, i < 70, 1); // 0.1 too high
        }
        assertThat(metrics.expectedCalibrationError()).isCloseTo(0.15, within(1e-12));
        assertThat(metrics.calibration()).isCloseTo(0.9, within(1e-12));
    }

    @Test
    void mergedPartsAreTheWhole() {
        Scored scored = Scored.random(5, 4_000, 1, -1);
        BinaryMetrics merged = scored.metrics(0, 1_000);
        merged.merge(scored.metrics(1_000, 4_000));
        BinaryMetrics whole = scored.metrics();
        assertThat(merged.count()).isEqualTo(whole.count());
        assertThat(merged.positives()).isEqualTo(whole.positives());
        whole.values()
                .forEach((k, v) -> assertThat(merged.values().get(k)).isCloseTo(v, within(1e-9)));
    }

    @Test
    void whatIsWrittenIsReadBitForBitAndGoesOnTheSame() throws IOException {
        Scored scored = Scored.random(6, 3_000, 1, -1);
        BinaryMetrics half = scored.metrics(0, 1_500);
        BinaryMetrics read = BinaryMetrics.read(input(bytes(half)));
        for (int i = 1_500; i < 3_000; i++) {
            read.add(scored.probability[i], scored.positive[i], scored.weight[i]);
        }
        assertThat(bytes(read)).isEqualTo(bytes(scored.metrics()));
    }

    @Test
    void damagedBytesAreRefused() throws IOException {
        byte[] bytes = bytes(Scored.random(6, 100, 1, -1).metrics());
        byte[] otherVersion = bytes.clone();
        otherVersion[3] = 9;
        assertThatThrownBy(() -> BinaryMetrics.read(input(otherVersion)))
                .hasMessageContaining("wanted version of binary metrics 1, found 9");
        byte[] negative = bytes.clone();
        negative[4] = -1;
        assertThatThrownBy(() -> BinaryMetrics.read(input(negative)))
                .hasMessageContaining("a count must be >= 0");
        byte[] otherBins = bytes.clone();
        otherBins[31] = 7;
        assertThatThrownBy(() -> BinaryMetrics.read(input(otherBins)))
                .hasMessageContaining("bins of a histogram 4096");
        assertThatThrownBy(() -> BinaryMetrics.read(input(Arrays.copyOf(bytes, 50))))
                .isInstanceOf(IOException.class);
    }

    @Test
    void whatIsNotDefinedIsLeftOut() {
        BinaryMetrics metrics = new BinaryMetrics();
        assertThat(metrics.values()).isEmpty();
        metrics.add(0.5, false, 1);
        assertThat(metrics.values().keySet())
                .containsExactly("expected_calibration_error", "log_loss");
        assertThat(metrics.auc()).isNaN();
    }

    @Test
    void valuesThatAreNoProbabilityOrWeightAreRefused() {
        BinaryMetrics metrics = new BinaryMetrics();
        for (double wrong : new double[] {-0.1, 1.1, Double.NaN}) {
            assertThatThrownBy(() -> metrics.add(wrong, true, 1))
                    .hasMessageContaining("[0, 1], was " + wrong);
        }
        for (double wrong : new double[] {-1, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertThatThrownBy(() -> metrics.add(0.5, true, wrong))
                    .hasMessageContaining("was " + wrong);
        }
        assertThat(metrics.count()).isZero();
    }

    @Test
    void saturatedScoresCostABoundedLoss() {
        BinaryMetrics metrics = new BinaryMetrics();
        metrics.add(0, true, 1);
        metrics.add(1, false, 1);
        assertThat(metrics.logLoss()).isCloseTo(16.118, within(1e-3));
        assertThat(metrics.auc()).isZero();
    }

    @Test
    void addingAllocatesNothing() {
        Scored scored = Scored.random(1, 20_000, 1, -1);
        AmountMetrics amounts = new AmountMetrics();
        BinaryMetrics metrics = scored.metrics();
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long id = Thread.currentThread().getId();
        long least = Long.MAX_VALUE;
        for (int run = 0; run < 5; run++) {
            long before = threads.getThreadAllocatedBytes(id);
            for (int i = 0; i < 20_000; i++) {
                metrics.add(scored.probability[i], scored.positive[i], 1);
                amounts.add(scored.probability[i], scored.weight[i], 1);
            }
            least = Math.min(least, threads.getThreadAllocatedBytes(id) - before);
        }
        assertThat(least).isLessThan(1_000); // the probe's own
    }

    private static byte[] bytes(BinaryMetrics metrics) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        metrics.write(new DataOutputStream(out));
        return out.toByteArray();
    }

    private static DataInputStream input(byte[] bytes) {
        return new DataInputStream(new ByteArrayInputStream(bytes));
    }
}
