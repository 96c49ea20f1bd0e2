package io.tamor.model.tensor;

/**
 * Loops over rows of a few floats, such as an embedding. In blocks of a constant 8, which the JIT
 * unrolls whole: a loop of a length it does not know spends longer on setting itself up.
 */
public final class ShortRows {
    private static final int BLOCK = 8;

    private ShortRows() {}

    /** to[t..t + n) = from[f..f + n). */
    public static void copy(float[] from, int f, float[] to, int t, int n) {
        int done = 0;
        for (; done + BLOCK <= n; done += BLOCK) {
            for (int k = 0; k < BLOCK; k++) {
                to[t + done + k] = from[f + done + k];
            }
        }
        for (; done < n; done++) {
            to[t + done] = from[f + done];
        }
    }

    /** to[t..t + n) = 0. */
    public static void clear(float[] to, int t, int n) {
        int done = 0;
        for (; done + BLOCK <= n; done += BLOCK) {
            for (int k = 0; k < BLOCK; k++) {
                to[t + done + k] = 0f;
            }
        }
        for (; done < n; done++) {
            to[t + done] = 0f;
        }
    }
}
