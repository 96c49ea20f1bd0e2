package io.tamor.model.metric;

import io.tamor.model.config.Target;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Quality of predicted probabilities against binary labels, streamed, weighted and mergeable.
 *
 * <ul>
 *   <li>AUC: the chance that a positive is scored above a negative, ties counting half. Scores are
 *       kept in {@value #BINS} bins of equal width on the logit scale, [-16, 16), the outer ones
 *       open; scores of one bin tie. The error is therefore at most {@link #aucErrorBound}, half
 *       the share of (positive, negative) pairs that fell into one bin. It is known from the data
 *       itself, and typically far larger than the error: within a narrow bin pairs of either order
 *       are about as frequent.
 *   <li>Log loss: mean of -log of the probability given to what happened, in nats; probabilities
 *       are clamped to [1e-7, 1 - 1e-7] so that one saturated score costs at most 16.1.
 *   <li>Normalised entropy: log loss over that of always predicting the observed rate (He et al.,
 *       "Practical Lessons from Predicting Clicks on Ads at Facebook", ADKDD 2014). Below 1 is
 *       better than knowing the rate alone.
 *   <li>Calibration: predicted over observed positives.
 *   <li>Expected calibration error: mean of |predicted - observed| rate over bins of width 0.5 on
 *       the logit scale, weighted by their content. Equal widths on the probability scale (Guo et
 *       al., ICML 2017) would put all scores of a rare event into one bin.
 * </ul>
 *
 * What is not defined (AUC of one class, say) is NaN. Memory: about {@value #BINS} times 16 bytes;
 * {@link #add} allocates nothing. Not thread-safe.
 */
public final class BinaryMetrics {
    /** Bins of the AUC. */
    public static final int BINS = 4096;

    private static final int VERSION = 1;
    private static final double LIMIT = 16;
    private static final int FINE_PER_COARSE = 64;
    private static final int COARSE_BINS = BINS / FINE_PER_COARSE;

    private final ScoredLabel own = new ScoredLabel();
    private long count;
    private long positiveCount;
    private double lossSum;

    // In one array, the predicted sums first, where its length is.
    private final double[] sums = new double[COARSE_BINS + 2 * BINS];
    private final Histogram predicted = new Histogram(sums, 0, COARSE_BINS);
    private final Histogram positives = new Histogram(sums, COARSE_BINS, BINS);
    private final Histogram negatives = new Histogram(sums, COARSE_BINS + BINS, BINS);

    /**
     * Adds a scored label.
     *
     * @param probability in [0, 1]
     * @param weight finite, at least 0
     */
    public void add(double probability, boolean positive, double weight) {
        own.set(Target.BINARY, probability, positive ? 1 : 0, weight);
        add(own);
    }

    void add(ScoredLabel label) {
        count++;
        lossSum -= label.loss;
        sums[label.predictedBin / FINE_PER_COARSE] += label.weight * label.predicted;
        if (label.observed > 0) {
            positiveCount++;
            sums[COARSE_BINS + label.predictedBin] += label.weight;
        } else {
            sums[COARSE_BINS + BINS + label.predictedBin] += label.weight;
        }
    }

    static int bin(double logit) {
        int bin = (int) Math.floor((logit + LIMIT) * (BINS / (2 * LIMIT)));
        return Math.max(0, Math.min(BINS - 1, bin));
    }

    /** Adds all that another one has seen. */
    public void merge(BinaryMetrics other) {
        count += other.count;
        positiveCount += other.positiveCount;
        lossSum += other.lossSum;
        positives.merge(other.positives);
        negatives.merge(other.negatives);
        predicted.merge(other.predicted);
    }

    /** Labels seen. */
    public long count() {
        return count;
    }

    /** Positive labels seen. */
    public long positives() {
        return positiveCount;
    }

    /** Area under the ROC curve, within {@link #aucErrorBound}. */
    public double auc() {
        double below = 0;
        double won = 0;
        for (int bin = 0; bin < BINS; bin++) {
            won += positives.get(bin) * (below + negatives.get(bin) / 2);
            below += negatives.get(bin);
        }
        return won / (positives.total() * below);
    }

    /** The most by which {@link #auc} can differ from the AUC of the scores themselves. */
    public double aucErrorBound() {
        double tied = 0;
        for (int bin = 0; bin < BINS; bin++) {
            tied += positives.get(bin) * negatives.get(bin);
        }
        return tied / 2 / (positives.total() * negatives.total());
    }

    /** Mean log loss, in nats. */
    public double logLoss() {
        return lossSum / weight();
    }

    /** Log loss relative to the entropy of the observed rate. */
    public double normalizedEntropy() {
        double rate = positives.total() / weight();
        double entropy = -(rate * Math.log(rate) + (1 - rate) * Math.log1p(-rate));
        return logLoss() / entropy;
    }

    /** Predicted over observed positives. */
    public double calibration() {
        double observed = positives.total();
        return observed > 0 ? predicted.total() / observed : Double.NaN;
    }

    /** Expected calibration error, in [0, 1]. */
    public double expectedCalibrationError() {
        double gaps = 0;
        for (int coarse = 0; coarse < predicted.bins(); coarse++) {
            double observed = 0;
            for (int i = 0; i < FINE_PER_COARSE; i++) {
                observed += positives.get(coarse * FINE_PER_COARSE + i);
            }
            gaps += Math.abs(predicted.get(coarse) - observed);
        }
        return gaps / weight();
    }

    private double weight() {
        return positives.total() + negatives.total();
    }

    /** Every figure that is defined, by name. */
    public SortedMap<String, Double> values() {
        SortedMap<String, Double> values = new TreeMap<>();
        values.put("auc", auc());
        values.put("auc_error_bound", aucErrorBound());
        values.put("log_loss", logLoss());
        values.put("normalized_entropy", normalizedEntropy());
        values.put("calibration", calibration());
        values.put("expected_calibration_error", expectedCalibrationError());
        values.values().removeIf(value -> !Double.isFinite(value));
        return values;
    }

    /** Writes everything; version 1: int version, counts, loss sum, the histograms. */
    public void write(DataOutput out) throws IOException {
        out.writeInt(VERSION);
        out.writeLong(count);
        out.writeLong(positiveCount);
        out.writeDouble(lossSum);
        positives.write(out);
        negatives.write(out);
        predicted.write(out);
    }

    /** Reads what {@link #write} wrote, bit for bit. */
    public static BinaryMetrics read(DataInput in) throws IOException {
        MetricWire.expect(in, "version of binary metrics", VERSION);
        BinaryMetrics read = new BinaryMetrics();
        read.count = MetricWire.readCount(in);
        read.positiveCount = MetricWire.readCount(in);
        read.lossSum = MetricWire.readSum(in);
        read.positives.read(in);
        read.negatives.read(in);
        read.predicted.read(in);
        return read;
    }
}
