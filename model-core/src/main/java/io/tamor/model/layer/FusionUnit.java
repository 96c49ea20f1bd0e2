package io.tamor.model.layer;

import io.tamor.model.tensor.Matrix;
import io.tamor.model.tensor.ParameterFactory;
import io.tamor.model.tensor.Scratch;
import io.tamor.model.tensor.WeightedSum;
import java.util.List;

/**
 * Information fusion unit of HTLNet: attention over the vectors of a task's predecessors. value,
 * query and key are dense maps of each vector; score_u = query_u . key_u / sqrt(F); the result is
 * the sum of values weighted by the scores' softmax. With one predecessor it is the value.
 *
 * <pre>vectors [B, I], one matrix per predecessor    result [B, F]</pre>
 */
public final class FusionUnit {
    private final Dense value;
    private final Dense query;
    private final Dense key;
    private final List<Matrix> vectors;
    private final Matrix[] values;
    private final Matrix[] dValues;
    private final Matrix[] queries;
    private final Matrix[] keys;
    private final Matrix weights;
    private final Matrix dScores;
    private final Matrix dQuery;
    private final Matrix dKey;
    private final Matrix result;
    private final Matrix dResult;
    private final float scale;
    private final Scratch scratch;

    /** Maps named {@code <name>/value}, {@code /query}, {@code /key}; reads {@code vectors}. */
    public FusionUnit(
            ParameterFactory factory, String name, List<Matrix> vectors, int width, int capacity) {
        this.vectors = List.copyOf(vectors);
        scratch = factory.scratch();
        int in = vectors.get(0).columns();
        value = Dense.linear(factory, name + "/value", in, width);
        query = Dense.linear(factory, name + "/query", in, width);
        key = Dense.linear(factory, name + "/key", in, width);
        values = buffers(capacity, width);
        dValues = buffers(capacity, width);
        queries = buffers(capacity, width);
        keys = buffers(capacity, width);
        weights = Matrix.zeros(capacity, vectors.size());
        dScores = Matrix.zeros(capacity, vectors.size());
        dQuery = Matrix.zeros(capacity, width);
        dKey = Matrix.zeros(capacity, width);
        result = Matrix.zeros(capacity, width);
        dResult = Matrix.zeros(capacity, width);
        scale = (float) (1 / Math.sqrt(width));
    }

    private Matrix[] buffers(int capacity, int width) {
        Matrix[] made = new Matrix[vectors.size()];
        for (int u = 0; u < made.length; u++) {
            made[u] = Matrix.zeros(capacity, width);
        }
        return made;
    }

    /** Fills the result. */
    public void forward(int rows) {
        for (int u = 0; u < values.length; u++) {
            Matrix x = vectors.get(u);
            value.forward(x, values[u], 0, rows);
            query.forward(x, queries[u], 0, rows);
            key.forward(x, keys[u], 0, rows);
            for (int r = 0; r < rows; r++) {
                float score = Mixture.dot(queries[u], keys[u], r);
                weights.set(r, u, score * scale);
            }
        }
        Mixture.softmax(weights, 0, rows);
        WeightedSum.forward(weights, values, result, 0, rows, scratch);
    }

    /**
     * Back from {@link #resultGradient}; {@code into.get(u)} is set to the u-th vector's gradient.
     */
    public void backward(List<Matrix> into, int rows) {
        for (Matrix d : dValues) {
            d.clear(rows);
        }
        WeightedSum.backward(weights, dScores, values, dValues, dResult, 0, rows, scratch);
        Mixture.softmaxBackward(weights, dScores, 0, rows);
        for (int u = 0; u < values.length; u++) {
            for (int r = 0; r < rows; r++) {
                float slope = dScores.get(r, u) * scale;
                for (int c = 0; c < dQuery.columns(); c++) {
                    dQuery.set(r, c, slope * keys[u].get(r, c));
                    dKey.set(r, c, slope * queries[u].get(r, c));
                }
            }
            Matrix x = vectors.get(u);
            Matrix dx = into.isEmpty() ? null : into.get(u);
            value.backward(x, values[u], dValues[u], dx, 0f, 0, rows);
            query.backward(x, queries[u], dQuery, dx, 1f, 0, rows);
            key.backward(x, keys[u], dKey, dx, 1f, 0, rows);
        }
    }

    /** The result [B, F]. */
    public Matrix result() {
        return result;
    }

    /** Filled by the caller before backward. */
    public Matrix resultGradient() {
        return dResult;
    }
}
