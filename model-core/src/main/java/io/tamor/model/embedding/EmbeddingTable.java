package io.tamor.model.embedding;

import io.tamor.model.config.FieldSpec;
import io.tamor.model.tensor.Kernels;
import io.tamor.model.tensor.ParameterFactory;
import io.tamor.model.tensor.ShortRows;
import java.util.SplittableRandom;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A field's table [rows, dim] and the gradient of the rows a mini-batch touched.
 *
 * <p>Rows live in one Java array, each followed by its optimiser state: a step touches few rows of
 * a large table, so what counts is cache lines, and a row with its state is one stretch of them
 * (docs/decisions/008-embedding-rows.md). Several values of one sample are averaged.
 */
public final class EmbeddingTable {
    private static final Kernels KERNELS = Kernels.chosen();

    /** Initial values are uniform in +-{@code INITIAL}. */
    private static final double INITIAL = 0.05;

    /**
     * Floats before the first row. An array's elements begin 16 bytes after its start, which for a
     * large array is a multiple of 64: with these, rows of 64 bytes lie on one cache line each.
     */
    private static final int PADDING = (64 - 16) / Float.BYTES;

    private final String name;
    private final FieldSpec field;
    private final int dim;
    private final int stride;
    private final int first;
    private final float[] rows;
    private final SparseGradient gradient;

    /** Takes what {@link #touch} read, so that the reads are not optimised away. */
    @SuppressWarnings("UnusedVariable") // written only, on purpose
    private float sink;

    private EmbeddingTable(String name, FieldSpec field, int stateWidth, SparseGradient gradient) {
        this.name = name;
        this.field = field;
        this.dim = field.dim();
        this.stride = field.dim() * (1 + stateWidth);
        this.first = field.external() ? 0 : PADDING;
        long length = (long) field.rows() * stride + first;
        if (length > Integer.MAX_VALUE - 16) {
            throw new IllegalArgumentException(
                    "field "
                            + field.name()
                            + ": "
                            + field.rows()
                            + " rows of "
                            + stride
                            + " floats (values and optimiser state) are more than an array can"
                            + " hold, 2147483631; lower rows or dim");
        }
        this.rows = new float[(int) length];
        this.gradient = gradient;
    }

    /**
     * A table with initial values; an external table starts at 0, its rows come from outside.
     *
     * @param buffers how much it holds besides the values
     */
    static EmbeddingTable create(
            String name, FieldSpec field, ParameterFactory factory, TableBuffers buffers) {
        EmbeddingTable table =
                new EmbeddingTable(
                        name,
                        field,
                        buffers.stateWidth(),
                        new SparseGradient(field.dim(), buffers.capacity(), buffers.lanes()));
        if (!field.external()) {
            SplittableRandom random = factory.random(name);
            for (int row = 0; row < field.rows(); row++) {
                for (int d = 0; d < field.dim(); d++) {
                    table.rows[table.at(row) + d] =
                            (float) ((2 * random.nextDouble() - 1) * INITIAL);
                }
            }
        }
        return table;
    }

    /**
     * Reads one number of each row that {@link #lookUp} will read. Nothing waits on these reads, so
     * many cache misses are on their way at once; among the copies only a few would be.
     */
    void touch(Categories categories, int batchRows) {
        float sum = 0;
        for (int r = 0; r < batchRows; r++) {
            sum += rows[at(categories.get(r, 0))];
        }
        sink = sum;
    }

    /** to[at..at + dim) = the mean of the batch row's embeddings. */
    void lookUp(Categories categories, int batchRow, float[] to, int at) {
        int count = categories.count(batchRow);
        int own = at(categories.get(batchRow, 0));
        ShortRows.copy(rows, own, to, at, dim);
        if (count > 1) {
            for (int i = 1; i < count; i++) {
                int from = at(categories.get(batchRow, i));
                KERNELS.addScaled(rows, from, 1f, to, at, dim);
            }
            float share = 1f / count;
            for (int d = 0; d < dim; d++) {
                to[at + d] *= share;
            }
        }
    }

    /** Adds dx[at..at + dim) to the gradients of the batch row's embeddings. */
    void accumulate(Categories categories, int batchRow, float[] dx, int at, int lane) {
        int count = categories.count(batchRow);
        float share = 1f / count;
        for (int i = 0; i < count; i++) {
            int slot = gradient.slot(categories.get(batchRow, i)) * dim;
            KERNELS.addScaled(dx, at, share, gradient.lane(lane), slot, dim);
        }
    }

    /** The parameter's name. */
    public String name() {
        return name;
    }

    public FieldSpec field() {
        return field;
    }

    /** The gradient of the last backward pass. */
    public SparseGradient gradient() {
        return gradient;
    }

    /**
     * Index in {@link #rows} of a row's values, then its state; an external table's row 0 is at 0.
     */
    public int at(int row) {
        return first + row * stride;
    }

    /** The memory itself. */
    public float[] rows() {
        return rows;
    }

    /** Floats of a row's values and state. */
    public int stride() {
        return stride;
    }

    /** A copy of all values [rows, dim]. */
    public INDArray values() {
        float[] copy = new float[field.rows() * dim];
        for (int row = 0; row < field.rows(); row++) {
            System.arraycopy(rows, at(row), copy, row * dim, dim);
        }
        return Nd4j.create(copy, new long[] {field.rows(), dim}, DataType.FLOAT);
    }

    /** Whether every value is finite; the optimiser state is not looked at. */
    public boolean isFinite() {
        double sum = 0; // which finite floats cannot make overflow
        for (int row = 0; row < field.rows(); row++) {
            int from = at(row);
            for (int d = 0; d < dim; d++) {
                sum += rows[from + d];
            }
        }
        return Double.isFinite(sum);
    }

    /** Replaces all values [rows, dim]; the optimiser state stays. */
    public void set(INDArray values) {
        float[] given = values.dup('c').data().asFloat();
        for (int row = 0; row < field.rows(); row++) {
            System.arraycopy(given, row * dim, rows, at(row), dim);
        }
    }
}
