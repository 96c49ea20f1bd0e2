package io.tamor.model.tensor;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The kernels in SIMD instructions, by {@code jdk.incubator.vector}. Loaded by name, by {@link
 * KernelChoice}.
 *
 * <p>All in one species of 8 floats: with several, the JIT's profile of the shared methods beneath
 * mixes their classes, and vectors become objects on the heap.
 */
final class VectorKernels implements Kernels {
    private static final VectorSpecies<Float> EIGHT = FloatVector.SPECIES_256;
    private static final int STEP = 8;

    VectorKernels() {
        int lanes = FloatVector.SPECIES_PREFERRED.length();
        if (lanes < STEP) {
            throw new UnsupportedOperationException(
                    "vectors of this processor must have " + STEP + " floats, have " + lanes);
        }
    }

    @Override
    public void addScaled(float[] from, int f, float factor, float[] to, int t, int n) {
        FloatVector factors = FloatVector.broadcast(EIGHT, factor);
        int k = 0;
        for (; k + STEP <= n; k += STEP) {
            FloatVector product = FloatVector.fromArray(EIGHT, from, f + k).mul(factors);
            FloatVector.fromArray(EIGHT, to, t + k).add(product).intoArray(to, t + k);
        }
        for (; k < n; k++) {
            to[t + k] += factor * from[f + k];
        }
    }

    @Override
    public float dot(float[] a, int i, float[] b, int j, int n) {
        FloatVector sums = FloatVector.zero(EIGHT);
        int k = 0;
        for (; k + STEP <= n; k += STEP) {
            FloatVector x = FloatVector.fromArray(EIGHT, a, i + k);
            sums = sums.add(x.mul(FloatVector.fromArray(EIGHT, b, j + k)));
        }
        float s0 = sums.lane(0);
        for (; k < n; k++) {
            s0 += a[i + k] * b[j + k];
        }
        float low = (s0 + sums.lane(1)) + (sums.lane(2) + sums.lane(3));
        float high = (sums.lane(4) + sums.lane(5)) + (sums.lane(6) + sums.lane(7));
        return low + high;
    }

    @Override
    public boolean finiteTimes(float factor, float[] values, int n) {
        FloatVector factors = FloatVector.broadcast(EIGHT, factor);
        FloatVector zero = FloatVector.zero(EIGHT);
        FloatVector sums = zero;
        FloatVector others = zero;
        int k = 0;
        for (; k + 2 * STEP <= n; k += 2 * STEP) {
            sums = sums.add(FloatVector.fromArray(EIGHT, values, k).mul(factors).mul(zero));
            FloatVector next = FloatVector.fromArray(EIGHT, values, k + STEP);
            others = others.add(next.mul(factors).mul(zero));
        }
        // Zeros or NaN: any order gives the same.
        float sum = sums.add(others).reduceLanes(VectorOperators.ADD);
        for (; k < n; k++) {
            sum += values[k] * factor * 0f;
        }
        return sum == 0;
    }
}
