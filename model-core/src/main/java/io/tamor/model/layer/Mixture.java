package io.tamor.model.layer;

import io.tamor.model.tensor.Matrix;
import java.nio.FloatBuffer;

/** Softmax over columns and sums weighted by it, with their gradients, on ranges of rows. */
public final class Mixture {
    private Mixture() {}

    /** Each row's softmax, in place; exponentials in double precision. */
    public static void softmax(Matrix m, int from, int rows) {
        FloatBuffer values = m.floats();
        int columns = m.columns();
        for (int r = from; r < from + rows; r++) {
            int at = m.index(r);
            float max = values.get(at);
            for (int c = 1; c < columns; c++) {
                max = Math.max(max, values.get(at + c));
            }
            double sum = 0;
            for (int c = 0; c < columns; c++) {
                float e = (float) Math.exp(values.get(at + c) - max);
                values.put(at + c, e);
                sum += e;
            }
            float scale = (float) (1 / sum);
            for (int c = 0; c < columns; c++) {
                values.put(at + c, values.get(at + c) * scale);
            }
        }
    }

    /** dLogits through the softmax that made p, in place of the gradient by p. */
    public static void softmaxBackward(Matrix p, Matrix dLogits, int from, int rows) {
        int columns = p.columns();
        for (int r = from; r < from + rows; r++) {
            float mean = 0;
            for (int e = 0; e < columns; e++) {
                mean += p.get(r, e) * dLogits.get(r, e);
            }
            for (int e = 0; e < columns; e++) {
                dLogits.set(r, e, p.get(r, e) * (dLogits.get(r, e) - mean));
            }
        }
    }

    /** Inner product of a row of each. */
    static float dot(Matrix a, Matrix b, int row) {
        return dot(a.floats(), a.index(row), b.floats(), b.index(row), a.columns());
    }

    /** Inner product in four running sums: the chain of additions would wait on itself. */
    static float dot(FloatBuffer a, int aAt, FloatBuffer b, int bAt, int count) {
        float s0 = 0;
        float s1 = 0;
        float s2 = 0;
        float s3 = 0;
        int i = 0;
        for (; i + 3 < count; i += 4) {
            s0 += a.get(aAt + i) * b.get(bAt + i);
            s1 += a.get(aAt + i + 1) * b.get(bAt + i + 1);
            s2 += a.get(aAt + i + 2) * b.get(bAt + i + 2);
            s3 += a.get(aAt + i + 3) * b.get(bAt + i + 3);
        }
        for (; i < count; i++) {
            s0 += a.get(aAt + i) * b.get(bAt + i);
        }
        return s0 + s1 + (s2 + s3);
    }
}
