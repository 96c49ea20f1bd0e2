package io.tamor.model.optimizer;

import io.tamor.model.config.AdagradSpec;
import io.tamor.model.tensor.Matrix;
import java.nio.FloatBuffer;

/**
 * Adagrad (Duchi, Hazan, Singer, JMLR 12, 2011), element by element: acc = decay acc + g^2; p -= lr
 * g / (sqrt(acc) + epsilon); acc starts at the initial accumulator.
 */
public record Adagrad(AdagradSpec spec) implements RowOptimizer {
    @Override
    public int stateWidth() {
        return 1;
    }

    @Override
    public void initialise(Matrix values, Matrix state, int row) {
        for (int c = 0; c < state.columns(); c++) {
            state.set(row, c, (float) spec.initialAccumulator());
        }
    }

    @Override
    public void adopt(Matrix values, Matrix state, int row) {}

    @Override
    public void step(
            Matrix values, Matrix state, int row, float[] gradient, int at, double rateFactor) {
        float rate = (float) (spec.learningRate() * rateFactor);
        float epsilon = (float) spec.epsilon();
        float decay = (float) spec.decay();
        FloatBuffer p = values.floats();
        FloatBuffer acc = state.floats();
        int pAt = values.index(row);
        int accAt = state.index(row);
        for (int c = 0; c < values.columns(); c++) {
            float g = gradient[at + c];
            float sum = decay * acc.get(accAt + c) + g * g;
            acc.put(accAt + c, sum);
            p.put(pAt + c, p.get(pAt + c) - rate * g / ((float) Math.sqrt(sum) + epsilon));
        }
    }
}
