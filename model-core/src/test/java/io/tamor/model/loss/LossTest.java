package io.tamor.model.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import io.tamor.model.config.AmountLoss;
import io.tamor.model.config.Target;
import java.nio.FloatBuffer;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LossTest {
    @ParameterizedTest
    @CsvSource({
        "BINARY, SQUARED_LOG1P, 0", "BINARY, SQUARED_LOG1P, 1",
        "AMOUNT, SQUARED_LOG1P, 0", "AMOUNT, SQUARED_LOG1P, 250.5",
        "AMOUNT, ZERO_INFLATED_LOGNORMAL, 0", "AMOUNT, ZERO_INFLATED_LOGNORMAL, 3.5"
    })
    void gradientsEqualCentralDifferences(Target target, AmountLoss amount, float label) {
        Loss loss = Loss.of(target, amount);
        SplittableRandom random = new SplittableRandom(1);
        FloatBuffer none = FloatBuffer.allocate(3);
        for (int n = 0; n < 50; n++) {
            float[] z = new float[loss.outputs()];
            for (int i = 0; i < z.length; i++) {
                z[i] = (float) (4 * random.nextDouble() - 2);
            }
            FloatBuffer gradient = FloatBuffer.allocate(3);
            loss.loss(FloatBuffer.wrap(z), 0, label, 0.5f, gradient, 0);
            for (int i = 0; i < z.length; i++) {
                float kept = z[i];
                z[i] = kept + 1e-2f;
                double right = loss.loss(FloatBuffer.wrap(z), 0, label, 1, none, 0);
                double up = z[i];
                z[i] = kept - 1e-2f;
                double left = loss.loss(FloatBuffer.wrap(z), 0, label, 1, none, 0);
                double slope = (right - left) / (up - z[i]);
                z[i] = kept;
                assertThat(gradient.get(i) / 0.5)
                        .isCloseTo(slope, offset(2e-3 + 5e-3 * Math.abs(slope)));
            }
        }
    }

    @Test
    void logisticLossNeverOverflows() {
        Loss loss = new LogisticLoss();
        FloatBuffer gradient = FloatBuffer.allocate(1);
        FloatBuffer z = FloatBuffer.wrap(new float[] {500f});
        assertThat(loss.loss(z, 0, 0f, 1f, gradient, 0)).isEqualTo(500);
        assertThat(loss.loss(z, 0, 1f, 1f, gradient, 0)).isCloseTo(0, offset(1e-12));
        assertThat(loss.prediction(z, 0)).isEqualTo(1f);
    }

    @Test
    void anAmountThatIsNoAmountGivesALossThatIsNotFinite() {
        FloatBuffer z = FloatBuffer.allocate(3);
        FloatBuffer gradient = FloatBuffer.allocate(3);
        for (AmountLoss amount : AmountLoss.values()) {
            Loss loss = Loss.of(Target.AMOUNT, amount);
            assertThat(loss.loss(z, 0, -2f, 1f, gradient, 0)).isNaN();
            assertThat(loss.loss(z, 0, Float.NaN, 1f, gradient, 0)).isNaN();
        }
    }

    @Test
    void anAmountBeyondAllMoneyIsPredictedAsAFiniteOne() {
        FloatBuffer z = FloatBuffer.wrap(new float[] {100f, 1e30f, 5f});
        for (AmountLoss amount : AmountLoss.values()) {
            Loss loss = Loss.of(Target.AMOUNT, amount);
            assertThat(loss.prediction(z, 0)).isFinite().isGreaterThan(0x1p50f);
        }
    }

    @Test
    void zeroInflatedLognormalPredictsTheMean() {
        Loss loss = new ZeroInflatedLognormalLoss();
        float softplusInverseOfOne = (float) Math.log(Math.expm1(1));
        FloatBuffer z = FloatBuffer.wrap(new float[] {0f, 2f, softplusInverseOfOne});
        assertThat((double) loss.prediction(z, 0)).isCloseTo(0.5 * Math.exp(2.5), offset(1e-4));
        assertThat((double) loss.logit(z, 0))
                .isCloseTo(Math.log1p(0.5 * Math.exp(2.5)), offset(1e-5));
    }
}
