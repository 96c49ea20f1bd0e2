package io.tamor.model.optimizer;

import io.tamor.model.config.AdamSpec;
import io.tamor.model.tensor.Matrix;

/**
 * Adam (Kingma and Ba, ICLR 2015, algorithm 1): m = b1 m + (1 - b1) g; v = b2 v + (1 - b2) g^2; p
 * -= lr (m / (1 - b1^t)) / (sqrt(v / (1 - b2^t)) + epsilon), t counted from 1.
 *
 * <p>Values pass through arrays in chunks: the loop over arrays is vectorised, a loop over native
 * memory is not.
 */
public final class Adam {
    private static final int CHUNK = 2048;

    private final AdamSpec spec;
    private final float[] values = new float[CHUNK];
    private final float[] gradients = new float[CHUNK];
    private final float[] m = new float[CHUNK];
    private final float[] v = new float[CHUNK];

    /**
     * The moments of one parameter, row-major, and how many gradients are in them: the corrections
     * are of that number, which is less than the model's steps where moments began anew.
     */
    public static final class State {
        private final float[] m;
        private final float[] v;
        private long age;

        /** Zeros for a parameter of that many elements. */
        public State(int elements) {
            m = new float[elements];
            v = new float[elements];
        }

        /** First moments; the array itself. */
        public float[] m() {
            return m;
        }

        /** Second moments; the array itself. */
        public float[] v() {
            return v;
        }

        /** Updates since the moments were zeros. */
        public long age() {
            return age;
        }

        /** Sets {@link #age}, with moments of that age. */
        public void age(long updates) {
            age = updates;
        }

        /** Becomes another state of as many elements. */
        public void copyFrom(State other) {
            System.arraycopy(other.m, 0, m, 0, m.length);
            System.arraycopy(other.v, 0, v, 0, v.length);
            age = other.age;
        }
    }

    public Adam(AdamSpec spec) {
        this.spec = spec;
    }

    /**
     * One update; the gradient is left as it is.
     *
     * @param rateFactor multiplies the learning rate
     */
    public void step(Matrix value, Matrix gradient, State state, double rateFactor) {
        int count = value.rows() * value.columns();
        if (gradient.rows() != value.rows()
                || gradient.columns() != value.columns()
                || state.m.length != count
                || state.v.length != count
                || !value.dense()
                || !gradient.dense()) {
            throw new IllegalArgumentException(
                    "Adam: the gradient and the moments must have the value's shape ["
                            + value.rows()
                            + ", "
                            + value.columns()
                            + "], were ["
                            + gradient.rows()
                            + ", "
                            + gradient.columns()
                            + "] and "
                            + state.m.length
                            + " elements");
        }
        double step = ++state.age;
        float rate =
                (float) (spec.learningRate() * rateFactor / (1 - Math.pow(spec.beta1(), step)));
        float rootScale = (float) (1 / Math.sqrt(1 - Math.pow(spec.beta2(), step)));
        for (int from = 0; from < count; from += CHUNK) {
            int n = Math.min(CHUNK, count - from);
            value.floats().get(value.index(0) + from, values, 0, n);
            gradient.floats().get(gradient.index(0) + from, gradients, 0, n);
            System.arraycopy(state.m, from, m, 0, n);
            System.arraycopy(state.v, from, v, 0, n);
            update(n, rate, rootScale);
            System.arraycopy(m, 0, state.m, from, n);
            System.arraycopy(v, 0, state.v, from, n);
            value.floats().put(value.index(0) + from, values, 0, n);
        }
    }

    /** All arrays from index 0: with an offset on some of them the loop is not vectorised. */
    private void update(int n, float rate, float rootScale) {
        float keepM = (float) spec.beta1();
        float keepV = (float) spec.beta2();
        float newM = (float) (1 - spec.beta1());
        float newV = (float) (1 - spec.beta2());
        float epsilon = (float) spec.epsilon();
        float[] p = values;
        float[] g = gradients;
        float[] mean = m;
        float[] square = v;
        for (int i = 0; i < n; i++) {
            mean[i] = keepM * mean[i] + newM * g[i];
            square[i] = keepV * square[i] + newV * g[i] * g[i];
            p[i] -= rate * mean[i] / ((float) Math.sqrt(square[i]) * rootScale + epsilon);
        }
    }
}
