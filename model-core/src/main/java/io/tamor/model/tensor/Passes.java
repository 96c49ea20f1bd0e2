package io.tamor.model.tensor;

import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.Arrays;

/** The passes between two matrix products, each once over the memory, on ranges of rows. */
public final class Passes {
    private Passes() {}

    /** y = max(y + bias, 0), row by row. */
    public static void biasRelu(Matrix y, int from, int rows, Matrix bias) {
        FloatBuffer out = y.floats();
        FloatBuffer b = bias.floats();
        int bAt = bias.index(0);
        int columns = y.columns();
        for (int r = 0; r < rows; r++) {
            int at = y.index(from + r);
            for (int c = 0; c < columns; c++) {
                float v = out.get(at + c) + b.get(bAt + c);
                // Written so that NaN stays NaN and is seen by the finite check.
                out.put(at + c, v < 0f ? 0f : v);
            }
        }
    }

    /** y = y + bias, row by row. */
    public static void bias(Matrix y, int from, int rows, Matrix bias) {
        FloatBuffer out = y.floats();
        FloatBuffer b = bias.floats();
        int bAt = bias.index(0);
        int columns = y.columns();
        for (int r = 0; r < rows; r++) {
            int at = y.index(from + r);
            for (int c = 0; c < columns; c++) {
                out.put(at + c, out.get(at + c) + b.get(bAt + c));
            }
        }
    }

    /**
     * dy = y > 0 ? dy : 0, and dBias += the sum of dy over the rows.
     *
     * @param sums scratch of at least y's columns
     */
    public static void reluBackward(
            Matrix dy, Matrix y, int from, int rows, Matrix dBias, float[] sums) {
        IntBuffer gradient = dy.bits();
        IntBuffer output = y.bits();
        int columns = y.columns();
        clear(sums, columns);
        for (int r = 0; r < rows; r++) {
            int gAt = dy.index(from + r);
            int yAt = y.index(from + r);
            for (int c = 0; c < columns; c++) {
                // y is 0 or positive: its bits are 0 or a positive int, the mask 0 or all ones.
                int kept = gradient.get(gAt + c) & (-output.get(yAt + c) >> 31);
                gradient.put(gAt + c, kept);
                sums[c] += Float.intBitsToFloat(kept);
            }
        }
        addTo(dBias, sums);
    }

    /** dBias += the sum of dy over the rows. */
    public static void biasBackward(Matrix dy, int from, int rows, Matrix dBias, float[] sums) {
        FloatBuffer gradient = dy.floats();
        int columns = dy.columns();
        clear(sums, columns);
        for (int r = 0; r < rows; r++) {
            int at = dy.index(from + r);
            for (int c = 0; c < columns; c++) {
                sums[c] += gradient.get(at + c);
            }
        }
        addTo(dBias, sums);
    }

    /** to[place] = from[row of the place]: batch order into group order. */
    public static void gather(Matrix from, RowGroups groups, Matrix to) {
        for (int p = 0; p < groups.size(); p++) {
            to.floats().put(to.index(p), from.floats(), from.index(groups.row(p)), to.columns());
        }
    }

    /** to[row of the place] = from[place]: group order back into batch order. */
    public static void scatter(Matrix from, RowGroups groups, Matrix to) {
        for (int p = 0; p < groups.size(); p++) {
            to.floats().put(to.index(groups.row(p)), from.floats(), from.index(p), to.columns());
        }
    }

    /** to = from, over the first {@code rows} rows. */
    public static void copy(Matrix from, Matrix to, int rows) {
        for (int r = 0; r < rows; r++) {
            to.floats().put(to.index(r), from.floats(), from.index(r), to.columns());
        }
    }

    /** to += from, over the first {@code rows} rows. */
    public static void add(Matrix from, Matrix to, int rows) {
        FloatBuffer in = from.floats();
        FloatBuffer out = to.floats();
        int columns = to.columns();
        for (int r = 0; r < rows; r++) {
            int i = from.index(r);
            int o = to.index(r);
            for (int c = 0; c < columns; c++) {
                out.put(o + c, out.get(o + c) + in.get(i + c));
            }
        }
    }

    /** to += factor from, over the first {@code rows} rows. */
    public static void addScaled(Matrix from, float factor, Matrix to, int rows) {
        FloatBuffer in = from.floats();
        FloatBuffer out = to.floats();
        int columns = to.columns();
        for (int r = 0; r < rows; r++) {
            int i = from.index(r);
            int o = to.index(r);
            for (int c = 0; c < columns; c++) {
                out.put(o + c, out.get(o + c) + factor * in.get(i + c));
            }
        }
    }

    /** Sum of products of all elements of the first {@code rows} rows, in double precision. */
    public static double dot(Matrix a, Matrix b, int rows) {
        double sum = 0;
        for (int r = 0; r < rows; r++) {
            int i = a.index(r);
            int j = b.index(r);
            for (int c = 0; c < a.columns(); c++) {
                sum += (double) a.floats().get(i + c) * b.floats().get(j + c);
            }
        }
        return sum;
    }

    /**
     * Whether every element is finite.
     *
     * @param scratch any array; larger is faster up to some thousands
     */
    public static boolean finite(Matrix m, int[] scratch) {
        if (!m.dense()) {
            throw new IllegalArgumentException("a finite check needs rows without gaps");
        }
        int count = m.rows() * m.columns();
        int from = m.index(0);
        int largest = 0;
        for (int done = 0; done < count; done += scratch.length) {
            int n = Math.min(scratch.length, count - done);
            m.bits().get(from + done, scratch, 0, n);
            for (int i = 0; i < n; i++) {
                largest = Math.max(largest, scratch[i] & 0x7fffffff);
            }
        }
        return largest < 0x7f800000;
    }

    private static void clear(float[] sums, int count) {
        Arrays.fill(sums, 0, count, 0f);
    }

    private static void addTo(Matrix dBias, float[] sums) {
        FloatBuffer out = dBias.floats();
        int at = dBias.index(0);
        for (int c = 0; c < dBias.columns(); c++) {
            out.put(at + c, out.get(at + c) + sums[c]);
        }
    }
}
