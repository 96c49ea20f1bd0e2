package io.tamor.model.embedding;

/**
 * Running standardisation of one side's dense features: mean and variance over all samples so far
 * (Chan, Golub, LeVeque, "Updating Formulae and a Pairwise Algorithm for Computing Sample
 * Variances", 1979), updated after a batch was scored. Before the first update values pass through.
 * Standardised values are clipped to [-10, 10]; NaN stays NaN.
 *
 * <p>Nothing is forgotten, so one value must not spoil all that follow: once there are {@value
 * #ENOUGH}, a value counts as at most {@value #FARTHEST} standard deviations away from the mean,
 * which a unit that has changed still moves within some hundred samples, and never as more than
 * {@value #MOST}.
 */
public final class DenseNormalizer {
    /** Standardised values end here. */
    public static final float CLIP = 10f;

    private static final float VARIANCE_FLOOR = 1e-6f;
    private static final int ENOUGH = 1000;
    private static final double FARTHEST = 100;

    /** Squares of as many as there may ever be have a sum that float32 can hold. */
    private static final double MOST = 1e12;

    private double count;
    private final double[] mean;
    private final double[] m2;
    private final float[] shift;
    private final float[] scale;

    public DenseNormalizer(int features) {
        mean = new double[features];
        m2 = new double[features];
        shift = new float[features];
        scale = new float[features];
        refresh();
    }

    /** What is taken off a feature. */
    public float shift(int feature) {
        return shift[feature];
    }

    /** What a feature, less its shift, is multiplied by. */
    public float scale(int feature) {
        return scale[feature];
    }

    /** The standardised value of a feature. */
    public float apply(int feature, float value) {
        float z = (value - shift[feature]) * scale[feature];
        return Math.max(-CLIP, Math.min(CLIP, z));
    }

    /**
     * Takes in a batch.
     *
     * @param values row-major, {@code stride} per row, this side's features from {@code from} on
     */
    public void update(float[] values, int stride, int from, int rows) {
        if (rows == 0) {
            return;
        }
        double total = count + rows;
        for (int f = 0; f < mean.length; f++) {
            double far =
                    count < ENOUGH
                            ? MOST
                            : FARTHEST * Math.sqrt(Math.max(m2[f] / count, VARIANCE_FLOOR));
            double least = Math.max(mean[f] - far, -MOST);
            double most = Math.min(mean[f] + far, MOST);
            double sum = 0;
            for (int r = 0; r < rows; r++) {
                sum += within(least, most, values[r * stride + from + f]);
            }
            double batchMean = sum / rows;
            double squares = 0;
            for (int r = 0; r < rows; r++) {
                double d = within(least, most, values[r * stride + from + f]) - batchMean;
                squares += d * d;
            }
            double delta = batchMean - mean[f];
            mean[f] += delta * rows / total;
            m2[f] += squares + delta * delta * count * rows / total;
        }
        count = total;
        refresh();
    }

    private static double within(double least, double most, double value) {
        return Math.max(least, Math.min(most, value));
    }

    /**
     * Derives shift and scale from the statistics as a snapshot stores them, in float32, so that a
     * model read from a snapshot scores the same bits.
     */
    private void refresh() {
        for (int f = 0; f < mean.length; f++) {
            float variance = (float) m2[f] / (float) count;
            shift[f] = count > 0 ? (float) mean[f] : 0f;
            scale[f] = count > 0 ? (float) (1 / Math.sqrt(Math.max(variance, VARIANCE_FLOOR))) : 1f;
        }
    }

    public int features() {
        return mean.length;
    }

    public double count() {
        return count;
    }

    public double mean(int feature) {
        return mean[feature];
    }

    /** Sum of squared deviations from the mean. */
    public double m2(int feature) {
        return m2[feature];
    }

    /** Takes over another's statistics. */
    void copy(DenseNormalizer other) {
        restore(other.count, other.mean, other.m2);
    }

    /** Replaces the statistics. */
    public void restore(double newCount, double[] newMean, double[] newM2) {
        count = newCount;
        System.arraycopy(newMean, 0, mean, 0, mean.length);
        System.arraycopy(newM2, 0, m2, 0, m2.length);
        refresh();
    }
}
