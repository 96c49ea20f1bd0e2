package io.tamor.model.tensor;

import java.util.Arrays;

/**
 * Small arrays that native memory passes through in chunks. A loop over arrays is vectorised by the
 * JIT where the same loop over a native buffer is not; the copies cost less than that gains. One
 * per network, shared by its layers.
 */
public final class Scratch {
    /** Elements of a chunk: three chunks fit the first-level cache. */
    public static final int CHUNK = 2048;

    final float[] a = new float[CHUNK];
    final float[] b = new float[CHUNK];
    final float[] c = new float[CHUNK];
    final int[] i = new int[CHUNK];
    final int[] j = new int[CHUNK];
    private Matrix ones = Matrix.zeroVector(CHUNK);

    public Scratch() {
        fillOnes();
    }

    /** A row of ones of at least that length. */
    Matrix ones(int length) {
        if (ones.columns() < length) {
            ones = Matrix.zeroVector(length);
            fillOnes();
        }
        return ones;
    }

    private void fillOnes() {
        float[] values = new float[ones.columns()];
        Arrays.fill(values, 1f);
        ones.floats().put(0, values);
    }
}
