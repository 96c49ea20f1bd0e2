package io.tamor.model.embedding;

import io.tamor.model.config.FieldSpec;
import io.tamor.model.tensor.Matrix;
import io.tamor.model.tensor.ParameterFactory;
import java.nio.FloatBuffer;

/**
 * A field's table [rows, dim] and the gradient of the rows a mini-batch touched. Several values of
 * one sample are averaged.
 *
 * @param name the parameter's name
 */
public record EmbeddingTable(String name, FieldSpec field, Matrix values, SparseGradient gradient) {
    /** Initial values are uniform in +-{@code INITIAL}. */
    private static final double INITIAL = 0.05;

    /** A table with initial values; an external table starts at 0, its rows come from outside. */
    public static EmbeddingTable create(
            String name, FieldSpec field, ParameterFactory factory, int capacity, int lanes) {
        Matrix values = Matrix.zeros(field.rows(), field.dim());
        if (!field.external()) {
            ParameterFactory.fillUniform(values, factory.random(name), INITIAL);
        }
        return new EmbeddingTable(
                name, field, values, new SparseGradient(field.dim(), capacity, lanes));
    }

    /** x[place, column..] = the mean of the batch row's embeddings. */
    void lookUp(Categories categories, int batchRow, Matrix x, int place, int column) {
        int count = categories.count(batchRow);
        int at = x.index(place) + column;
        if (count == 1) {
            x.floats()
                    .put(
                            at,
                            values.floats(),
                            values.index(categories.get(batchRow, 0)),
                            field.dim());
            return;
        }
        float share = 1f / count;
        FloatBuffer out = x.floats();
        for (int d = 0; d < field.dim(); d++) {
            float sum = 0;
            for (int i = 0; i < count; i++) {
                sum += values.get(categories.get(batchRow, i), d);
            }
            out.put(at + d, sum * share);
        }
    }

    /** Adds dx[place, column..] to the gradients of the batch row's embeddings. */
    void accumulate(
            Categories categories, int batchRow, Matrix dx, int place, int column, int lane) {
        int count = categories.count(batchRow);
        int at = dx.index(place) + column;
        float share = 1f / count;
        int dim = field.dim();
        FloatBuffer in = dx.floats();
        for (int i = 0; i < count; i++) {
            int slot = gradient.slot(categories.get(batchRow, i)) * dim;
            float[] out = gradient.lane(lane);
            for (int d = 0; d < dim; d++) {
                out[slot + d] += in.get(at + d) * share;
            }
        }
    }
}
