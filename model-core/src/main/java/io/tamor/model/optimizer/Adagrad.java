package io.tamor.model.optimizer;

import io.tamor.model.config.AdagradSpec;
import io.tamor.model.embedding.EmbeddingTable;
import io.tamor.model.embedding.SparseGradient;
import io.tamor.model.tensor.ShortRows;
import java.util.Arrays;

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
    public void initialise(float[] rows, int at, int dim) {
        Arrays.fill(rows, at + dim, at + 2 * dim, (float) spec.initialAccumulator());
    }

    @Override
    public void adopt(float[] rows, int at, int dim) {}

    @Override
    public void step(EmbeddingTable table, double rateFactor) {
        SparseGradient gradient = table.gradient();
        int dim = gradient.dim();
        int touched = gradient.touched();
        float[] rows = table.rows();
        if (values.length < touched * dim) {
            values = new float[2 * touched * dim];
            sums = new float[2 * touched * dim];
        }
        for (int slot = 0; slot < touched; slot++) {
            int at = table.at(gradient.row(slot));
            int to = slot * dim;
            ShortRows.copy(rows, at, values, to, dim);
            ShortRows.copy(rows, at + dim, sums, to, dim);
        }
        update(gradient.lane(0), touched * dim, (float) (spec.learningRate() * rateFactor));
        for (int slot = 0; slot < touched; slot++) {
            int at = table.at(gradient.row(slot));
            int from = slot * dim;
            ShortRows.copy(values, from, rows, at, dim);
            ShortRows.copy(sums, from, rows, at + dim, dim);
        }
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
}
