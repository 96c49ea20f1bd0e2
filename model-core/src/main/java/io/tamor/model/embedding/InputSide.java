package io.tamor.model.embedding;

import io.tamor.model.config.DenseSpec;
import io.tamor.model.config.FieldSpec;
import io.tamor.model.config.InputSpec;
import io.tamor.model.config.Side;
import io.tamor.model.tensor.Matrix;
import io.tamor.model.tensor.RowGroups;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One side's input: its fields' embeddings in field order, then its dense features.
 *
 * <pre>x [B, width] in the order of a {@link RowGroups}</pre>
 */
public final class InputSide {
    private final EmbeddingTable[] tables;
    private final int[] fields;
    private final int[] columns;
    private final int firstDense;
    private final int denseCount;
    private final int denseColumn;
    private final int width;
    private final @Nullable DenseNormalizer normalizer;

    /** The input, then its gradient, on the Java side of the memory: [B, width]. */
    private final float[] buffer;

    /**
     * @param all the tables of all fields, in field order
     */
    InputSide(
            InputSpec spec,
            Side side,
            List<EmbeddingTable> all,
            @Nullable DenseNormalizer normalizer,
            int capacity) {
        List<FieldSpec> specs = spec.fields();
        int count = (int) specs.stream().filter(f -> f.side() == side).count();
        tables = new EmbeddingTable[count];
        fields = new int[count];
        columns = new int[count];
        int column = 0;
        int i = 0;
        for (int f = 0; f < specs.size(); f++) {
            if (specs.get(f).side() == side) {
                tables[i] = all.get(f);
                fields[i] = f;
                columns[i++] = column;
                column += specs.get(f).dim();
            }
        }
        denseColumn = column;
        denseCount = denseCount(spec, side);
        firstDense = side == Side.USER ? 0 : denseCount(spec, Side.USER);
        width = column + denseCount;
        this.normalizer = normalizer;
        buffer = new float[capacity * width];
    }

    private static int denseCount(InputSpec spec, Side side) {
        return (int) spec.dense().stream().map(DenseSpec::side).filter(side::equals).count();
    }

    /** Fills x. {@code dense} is row-major with {@code stride} features per batch row. */
    public void assemble(
            List<Categories> categories, float[] dense, int stride, RowGroups order, Matrix x) {
        int rows = order.size();
        for (int i = 0; i < tables.length; i++) {
            Categories values = categories.get(fields[i]);
            tables[i].touch(values, rows);
            for (int p = 0; p < rows; p++) {
                tables[i].lookUp(values, order.row(p), buffer, p * width + columns[i]);
            }
        }
        for (int p = 0; p < rows; p++) {
            int from = order.row(p) * stride + firstDense;
            int to = p * width + denseColumn;
            for (int d = 0; d < denseCount; d++) {
                float value = dense[from + d];
                buffer[to + d] = normalizer == null ? value : normalizer.apply(d, value);
            }
        }
        x.write(buffer, rows);
    }

    /** Adds dx to the tables' gradients, in a lane. */
    public void backward(List<Categories> categories, RowGroups order, Matrix dx, int lane) {
        int rows = order.size();
        dx.read(buffer, rows);
        for (int i = 0; i < tables.length; i++) {
            Categories values = categories.get(fields[i]);
            for (int p = 0; p < rows; p++) {
                tables[i].accumulate(values, order.row(p), buffer, p * width + columns[i], lane);
            }
        }
    }

    /** Takes a batch's dense features into the running statistics, if there are any. */
    public void learnStatistics(float[] dense, int stride, int rows) {
        if (normalizer != null) {
            normalizer.update(dense, stride, firstDense, rows);
        }
    }

    public @Nullable DenseNormalizer normalizer() {
        return normalizer;
    }

    public int width() {
        return width;
    }
}
