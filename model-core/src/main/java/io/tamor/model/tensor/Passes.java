package io.tamor.model.tensor;

import java.nio.FloatBuffer;

/** The passes between two matrix products, each once over the memory, on ranges of rows. */
public final class Passes {
    /**
     * Times this, gradients of 2^51 and more are infinite, and count as not finite: their squares,
     * summed up in an optimiser's state, would overflow and stop its parameter for good.
     */
    private static final float TO_OVERFLOW = 0x1p77f;

    private Passes() {}

    /** y = max(y + bias, 0), row by row. */
    public static void biasRelu(Matrix y, int from, int rows, Matrix bias, Scratch scratch) {
        int columns = y.columns();
        int block = block(y);
        float[] tiled = scratch.b;
        for (int first = 0; first < columns; first += Scratch.CHUNK) {
            // Wider rows than a chunk go in pieces, each of one row.
            int width = Math.min(columns - first, Scratch.CHUNK);
            int perChunk = width == columns ? block : 1;
            for (int k = 0; k < Math.min(perChunk, rows); k++) {
                bias.floats().get(bias.index(0) + first, tiled, k * width, width);
            }
            for (int r = 0; r < rows; r += perChunk) {
                int n = Math.min(perChunk, rows - r) * width;
                int at = y.index(from + r) + first;
                y.floats().get(at, scratch.a, 0, n);
                addRelu(scratch.a, tiled, n);
                y.floats().put(at, scratch.a, 0, n);
            }
        }
    }

    /** (v + |v|) / 2 is max(v, 0) without a branch to mispredict, and keeps NaN. */
    private static void addRelu(float[] y, float[] bias, int n) {
        for (int k = 0; k < n; k++) {
            float v = y[k] + bias[k];
            y[k] = (v + Math.abs(v)) * 0.5f;
        }
    }

    /** Rows that one chunk takes at once: several where they follow each other without gaps. */
    private static int block(Matrix m) {
        return m.dense() ? Math.max(1, Scratch.CHUNK / Math.max(1, m.columns())) : 1;
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

    /** dy = y > 0 ? dy : 0, and dBias += the sum of dy over the rows. */
    public static void reluBackward(
            Matrix dy, Matrix y, int from, int rows, Matrix dBias, Scratch scratch) {
        int columns = y.columns();
        boolean whole = dy.dense() && y.dense();
        int pieces = whole ? 1 : rows;
        int length = whole ? rows * columns : columns;
        for (int piece = 0; piece < pieces; piece++) {
            int gAt = dy.index(from + piece);
            int yAt = y.index(from + piece);
            for (int done = 0; done < length; done += Scratch.CHUNK) {
                int n = Math.min(Scratch.CHUNK, length - done);
                dy.bits().get(gAt + done, scratch.i, 0, n);
                y.bits().get(yAt + done, scratch.j, 0, n);
                mask(scratch.i, scratch.j, n);
                dy.bits().put(gAt + done, scratch.i, 0, n);
            }
        }
        biasBackward(dy, from, rows, dBias, scratch);
    }

    /** An output of ReLU is 0 or positive: its bits are 0 or a positive int, the mask 0 or ones. */
    private static void mask(int[] gradient, int[] output, int n) {
        for (int k = 0; k < n; k++) {
            gradient[k] &= -output[k] >> 31;
        }
    }

    /** dBias += the sum of dy over the rows. */
    public static void biasBackward(Matrix dy, int from, int rows, Matrix dBias, Scratch scratch) {
        Gemm.columnSums(dy, from, rows, scratch.ones(rows), dBias);
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

    /** Copies row 0 to the rows [from, to). */
    public static void repeatFirstRow(Matrix m, int from, int to) {
        for (int r = from; r < to; r++) {
            m.floats().put(m.index(r), m.floats(), m.index(0), m.columns());
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

    /** Whether every element is finite and smaller than an optimiser can take. */
    public static boolean usableGradient(Matrix m, Scratch scratch) {
        if (!m.dense()) {
            throw new IllegalArgumentException("a finite check needs rows without gaps");
        }
        int count = m.rows() * m.columns();
        for (int done = 0; done < count; done += Scratch.CHUNK) {
            int n = Math.min(Scratch.CHUNK, count - done);
            m.floats().get(m.index(0) + done, scratch.a, 0, n);
            if (!usableGradient(scratch.a, n)) {
                return false;
            }
        }
        return true;
    }

    /** The same of the first {@code count} values. */
    public static boolean usableGradient(float[] values, int count) {
        return Kernels.chosen().finiteTimes(TO_OVERFLOW, values, count);
    }
}
