package io.tamor.model.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class BinaryMetricsTest {

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void theBinnedAucIsWithinItsBoundOfTheExactOne(long seed) {
        Random random = new Random(seed);
        int n = 3_000;
        double[] scores = new double[n];
        boolean[] labels = new boolean[n];
        BinaryMetrics metrics = new BinaryMetrics();
        for (int i = 0; i < n; i++) {
            double logit = 2 * random.nextGaussian() - 1;
            scores[i] = 1 / (1 + Math.exp(-logit));
            labels[i] = random.nextDouble() < scores[i];
            metrics.add(scores[i], labels[i], 1);
        }
        double pairs = 0;
        double right = 0;
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                if (labels[i] && !labels[j]) {
                    pairs++;
                    right += scores[i] > scores[j] ? 1 : scores[i] == scores[j] ? 0.5 : 0;
                }
            }
        }
        assertThat(metrics.auc())
                .as("seed %d", seed)
                .isEqualTo(right / pairs, within(metrics.aucErrorBound()));
        assertThat(metrics.aucErrorBound()).isLessThan(0.002);
        assertThat(metrics.calibration()).isEqualTo(1, within(0.1));
        assertThat(metrics.expectedCalibrationError()).isLessThan(0.05);
    }

    @Test
    void lossEntropyAndCalibrationFollowTheirFormulas() {
        BinaryMetrics metrics = new BinaryMetrics();
        metrics.add(0.8, true, 1);
        metrics.add(0.4, false, 2);
        metrics.add(0.5, true, 1);

        double loss = -(Math.log(0.8) + 2 * Math.log(0.6) + Math.log(0.5)) / 4;
        assertThat(metrics.logLoss()).isEqualTo(loss, within(1e-12));
        assertThat(metrics.normalizedEntropy()).isEqualTo(loss / Math.log(2), within(1e-12));
        assertThat(metrics.calibration()).isEqualTo((0.8 + 0.8 + 0.5) / 2, within(1e-12));
        assertThat(metrics.auc()).isEqualTo(1, within(1e-12));
    }

    @Test
    void whereAClassIsMissingThereIsNoAuc() {
        BinaryMetrics metrics = new BinaryMetrics();
        assertThat(metrics.auc()).isNaN();
        metrics.add(0.3, false, 1);
        assertThat(metrics.auc()).isNaN();
        assertThat(metrics.calibration()).isNaN();
    }

    @Test
    void extremeProbabilitiesAreCountedNotLost() {
        BinaryMetrics metrics = new BinaryMetrics();
        metrics.add(0, true, 1);
        metrics.add(1, false, 1);
        assertThat(metrics.auc()).isZero();
        assertThat(metrics.logLoss()).isEqualTo(-Math.log(1e-7), within(1e-6));
    }

    @Test
    void partsMergeToTheWholeAndSurviveTheirBytes() throws IOException {
        BinaryMetrics whole = new BinaryMetrics();
        BinaryMetrics left = new BinaryMetrics();
        BinaryMetrics right = new BinaryMetrics();
        Random random = new Random(11);
        for (int i = 0; i < 1_000; i++) {
            double p = random.nextDouble();
            boolean y = random.nextDouble() < p;
            whole.add(p, y, 1);
            (i % 3 == 0 ? left : right).add(p, y, 1);
        }
        left.merge(read(write(right)));

        assertThat(left.count()).isEqualTo(whole.count());
        assertThat(left.auc()).isEqualTo(whole.auc(), within(1e-12));
        assertThat(left.logLoss()).isEqualTo(whole.logLoss(), within(1e-12));
        assertThat(write(read(write(left)))).isEqualTo(write(left));
    }

    @Test
    void anotherVersionIsRefused() {
        byte[] bytes = new byte[100];
        bytes[3] = 9;
        assertThatThrownBy(() -> read(bytes)).hasMessageContaining("version 9, this build reads 1");
    }

    private static byte[] write(BinaryMetrics metrics) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        metrics.write(new DataOutputStream(bytes));
        return bytes.toByteArray();
    }

    private static BinaryMetrics read(byte[] bytes) throws IOException {
        return BinaryMetrics.read(new DataInputStream(new ByteArrayInputStream(bytes)));
    }
}
