package io.tamor.model.tensor;

/** Loops that any JVM runs, unrolled where the JIT would not do it. */
final class PlainKernels implements Kernels {
    private static final int BLOCK = 8;

    @Override
    public void addScaled(float[] from, int f, float factor, float[] to, int t, int n) {
        int done = 0;
        for (; done + BLOCK <= n; done += BLOCK) {
            for (int k = 0; k < BLOCK; k++) {
                to[t + done + k] += factor * from[f + done + k];
            }
        }
        for (; done < n; done++) {
            to[t + done] += factor * from[f + done];
        }
    }

    /** In running sums: a chain of additions would wait on itself. */
    @Override
    public float dot(float[] a, int i, float[] b, int j, int n) {
        float s0 = 0;
        float s1 = 0;
        float s2 = 0;
        float s3 = 0;
        float s4 = 0;
        float s5 = 0;
        float s6 = 0;
        float s7 = 0;
        int k = 0;
        for (; k + BLOCK <= n; k += BLOCK) {
            s0 += a[i + k] * b[j + k];
            s1 += a[i + k + 1] * b[j + k + 1];
            s2 += a[i + k + 2] * b[j + k + 2];
            s3 += a[i + k + 3] * b[j + k + 3];
            s4 += a[i + k + 4] * b[j + k + 4];
            s5 += a[i + k + 5] * b[j + k + 5];
            s6 += a[i + k + 6] * b[j + k + 6];
            s7 += a[i + k + 7] * b[j + k + 7];
        }
        for (; k < n; k++) {
            s0 += a[i + k] * b[j + k];
        }
        return ((s0 + s1) + (s2 + s3)) + ((s4 + s5) + (s6 + s7));
    }

    /** Times 0, a term is 0 or, where it was not finite, NaN; a sum keeps NaN. */
    @Override
    public boolean finiteTimes(float factor, float[] values, int n) {
        float s0 = 0;
        float s1 = 0;
        float s2 = 0;
        float s3 = 0;
        int k = 0;
        for (; k + 3 < n; k += 4) {
            s0 += values[k] * factor * 0f;
            s1 += values[k + 1] * factor * 0f;
            s2 += values[k + 2] * factor * 0f;
            s3 += values[k + 3] * factor * 0f;
        }
        for (; k < n; k++) {
            s0 += values[k] * factor * 0f;
        }
        return s0 + s1 + (s2 + s3) == 0;
    }
}
