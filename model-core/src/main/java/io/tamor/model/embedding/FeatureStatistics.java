package io.tamor.model.embedding;

/**
 * Count, means and sums of squared deviations of one side's dense features over some samples. Those
 * of two sets of samples give those of both together and, the other way round, those of a part are
 * taken off again (Chan, Golub, LeVeque 1979, as in {@link DenseNormalizer}), so replicas that each
 * saw a part of the samples agree on the statistics of all.
 *
 * @param count samples
 * @param mean per feature
 * @param m2 per feature, at least 0
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody; made new by every operation
public record FeatureStatistics(double count, double[] mean, double[] m2) {
    /** Those of no samples. */
    public static FeatureStatistics none(int features) {
        return new FeatureStatistics(0, new double[features], new double[features]);
    }

    /** Those a normaliser has. */
    public static FeatureStatistics of(DenseNormalizer normalizer) {
        FeatureStatistics copy = none(normalizer.features());
        for (int f = 0; f < copy.mean.length; f++) {
            copy.mean[f] = normalizer.mean(f);
            copy.m2[f] = normalizer.m2(f);
        }
        return new FeatureStatistics(normalizer.count(), copy.mean, copy.m2);
    }

    /** Those of these samples and others together; without samples on one side exactly the rest. */
    public FeatureStatistics plus(FeatureStatistics other) {
        if (other.count == 0) {
            return this;
        }
        if (count == 0) {
            return other;
        }
        double all = count + other.count;
        FeatureStatistics sum = none(mean.length);
        for (int f = 0; f < mean.length; f++) {
            double delta = other.mean[f] - mean[f];
            sum.mean[f] = mean[f] + delta * other.count / all;
            sum.m2[f] = m2[f] + other.m2[f] + delta * delta * count * other.count / all;
        }
        return new FeatureStatistics(all, sum.mean, sum.m2);
    }

    /** Those of the samples that came after a part of them. */
    public FeatureStatistics minus(FeatureStatistics part) {
        double left = count - part.count;
        if (left <= 0) {
            return none(mean.length);
        }
        if (part.count == 0) {
            return this;
        }
        FeatureStatistics rest = none(mean.length);
        for (int f = 0; f < mean.length; f++) {
            rest.mean[f] = mean[f] + (mean[f] - part.mean[f]) * part.count / left;
            double delta = rest.mean[f] - part.mean[f];
            rest.m2[f] =
                    Math.max(0, m2[f] - part.m2[f] - delta * delta * part.count * left / count);
        }
        return new FeatureStatistics(left, rest.mean, rest.m2);
    }

    /** Gives them to a normaliser. */
    public void restore(DenseNormalizer normalizer) {
        normalizer.restore(count, mean, m2);
    }
}
