package io.tamor.model.tensor;

/**
 * The innermost loops over Java arrays that the JIT does not vectorise by itself. Both
 * implementations add in the same order, so they give the same bits:
 * docs/decisions/010-vector-kernels.md.
 */
public interface Kernels {
    /** to[t..t + n) += factor * from[f..f + n), product and sum rounded separately. */
    void addScaled(float[] from, int f, float factor, float[] to, int t, int n);

    /**
     * The inner product of a[i..i + n) and b[j..j + n): eight running sums s0 to s7 of every eighth
     * product each, the rest of n / 8 into s0, then ((s0 + s1) + (s2 + s3)) + ((s4 + s5) + (s6 +
     * s7)).
     */
    float dot(float[] a, int i, float[] b, int j, int n);

    /** Whether the first n values times the factor are all finite. */
    boolean finiteTimes(float factor, float[] values, int n);

    /** The vector kernels where the JVM has {@code jdk.incubator.vector}, else the plain ones. */
    static Kernels chosen() {
        return KernelChoice.CHOSEN;
    }
}
