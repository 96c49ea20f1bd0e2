package io.tamor.model.optimizer;

import io.tamor.model.config.AdagradSpec;
import io.tamor.model.embedding.SparseGradient;
import io.tamor.model.tensor.Matrix;
import java.nio.FloatBuffer;

/**
 * Adagrad (Duchi, Hazan, Singer, JMLR 12, 2011), element by element: acc = decay acc + g^2; p -= lr
 * g / (sqrt(acc) + epsilon); acc starts at the initial accumulator.
 *
 * <p>The touched rows are gathered, updated in one vectorised loop, and put back.
 */
public final class Adagrad implements RowOptimizer {
    private final AdagradSpec spec;
    private float[] values = new float[0];
    private float[] sums = new float[0];

    public Adagrad(AdagradSpec spec) {
        this.spec = spec;
    }

    @Override
    public int stateWidth() {
        return 1;
    }

    @Override
    public void initialise(Matrix table, Matrix state, int row) {
        for (int c = 0; c < state.columns(); c++) {
            state.set(row, c, (float) spec.initialAccumulator());
        }
    }

    @Override
    public void adopt(Matrix table, Matrix state, int row) {}

    @Override
    public void step(Matrix table, Matrix state, SparseGradient gradient, double rateFactor) {
        int dim = gradient.dim();
        int count = gradient.touched() * dim;
        if (table.columns() != dim || state.columns() != dim) {
            throw new IllegalArgumentException(
                    "Adagrad: rows of the table, of its state and of the gradient must have one"
                            + " width, were "
                            + table.columns()
                            + ", "
                            + state.columns()
                            + " and "
                            + dim);
        }
        if (values.length < count) {
            values = new float[2 * count];
            sums = new float[2 * count];
        }
        copyRows(table, gradient, values, false);
        copyRows(state, gradient, sums, false);
        update(gradient.lane(0), count, (float) (spec.learningRate() * rateFactor));
        copyRows(table, gradient, values, true);
        copyRows(state, gradient, sums, true);
    }

    private void update(float[] g, int count, float rate) {
        float epsilon = (float) spec.epsilon();
        float decay = (float) spec.decay();
        float[] p = values;
        float[] acc = sums;
        for (int k = 0; k < count; k++) {
            float sum = decay * acc[k] + g[k] * g[k];
            acc[k] = sum;
            p[k] -= rate * g[k] / ((float) Math.sqrt(sum) + epsilon);
        }
    }

    private static void copyRows(Matrix m, SparseGradient gradient, float[] rows, boolean back) {
        FloatBuffer floats = m.floats();
        int dim = gradient.dim();
        for (int slot = 0; slot < gradient.touched(); slot++) {
            int at = m.index(gradient.row(slot));
            int to = slot * dim;
            for (int c = 0; c < dim; c++) {
                if (back) {
                    floats.put(at + c, rows[to + c]);
                } else {
                    rows[to + c] = floats.get(at + c);
                }
            }
        }
    }
}
