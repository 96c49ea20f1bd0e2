package io.tamor.model.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import io.tamor.model.config.AdamSpec;
import io.tamor.model.tensor.Matrix;
import io.tamor.model.tensor.TestingGradients;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;

class AdamTest {
    private final Adam adam = new Adam(AdamSpec.DEFAULT);

    @Test
    void threeStepsFollowTheFormulaAndLeaveTheGradient() {
        int count = 5000; // more than a chunk
        Matrix p = TestingGradients.random(1, count, 1, 1);
        Matrix g = TestingGradients.random(1, count, 2, 1);
        INDArray kept = g.array().dup();
        double[] wanted = p.array().dup().data().asDouble();
        double[] m = new double[count];
        double[] v = new double[count];
        Adam.State state = new Adam.State(count);
        for (int t = 1; t <= 3; t++) {
            adam.step(p, g, state, 0.5);
            for (int i = 0; i < count; i++) {
                double d = g.get(0, i);
                m[i] = 0.9 * m[i] + 0.1 * d;
                v[i] = 0.999 * v[i] + 0.001 * d * d;
                double mean = m[i] / (1 - Math.pow(0.9, t));
                double root = Math.sqrt(v[i] / (1 - Math.pow(0.999, t)));
                wanted[i] -= 0.5 * 0.001 * mean / (root + 1e-8);
            }
        }
        for (int i = 0; i < count; i++) {
            assertThat((double) p.get(0, i)).isCloseTo(wanted[i], offset(1e-6));
        }
        assertThat(g.array()).isEqualTo(kept);
    }

    @Test
    void aParabolaIsDescended() {
        Matrix p = Matrix.zeros(1, 1);
        p.set(0, 0, 3f);
        Matrix g = Matrix.zeros(1, 1);
        Adam fast = new Adam(new AdamSpec(0.1, 0.9, 0.999, 1e-8));
        Adam.State state = new Adam.State(1);
        for (int t = 1; t <= 400; t++) {
            g.set(0, 0, 2 * (p.get(0, 0) - 1));
            fast.step(p, g, state, 1);
        }
        assertThat((double) p.get(0, 0)).isCloseTo(1, offset(1e-2));
    }

    @Test
    void anotherShapeIsRefused() {
        Matrix p = Matrix.zeros(2, 3);
        assertThatThrownBy(() -> adam.step(p, Matrix.zeros(3, 2), new Adam.State(6), 1))
                .hasMessageContainingAll("[2, 3]", "[3, 2]");
    }
}
