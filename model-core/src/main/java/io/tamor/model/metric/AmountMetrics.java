package io.tamor.model.metric;

import io.tamor.model.config.Target;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Quality of predicted amounts against observed ones, both in yuan and at least 0; streamed,
 * weighted and mergeable.
 *
 * <ul>
 *   <li>NRMSE: root of the mean squared error over the mean observed amount. MAE: mean absolute
 *       error, yuan. Calibration: predicted over observed sum. All exact.
 *   <li>Gini: the observed amounts' share curve with samples in order of the prediction, relative
 *       to that in order of the amounts themselves (the normalised Gini coefficient of Wang, Liu,
 *       Miao, arXiv 1912.07753): 1 is a perfect ranking, 0 a random one. Orders are those of
 *       {@value AmountScale#BINS} bins, a bin of its own for 0 and the others 1.2 % wide; values of
 *       one bin tie.
 *   <li>Spearman: correlation of the ranks, over {@value AmountScale#COARSE_BINS} bins each, one
 *       for 0 and the others 20 % wide: exactly Spearman's rho of the binned values, ties at their
 *       mean rank.
 * </ul>
 *
 * What is not defined is NaN. Memory: about 200 kB; {@link #add} allocates nothing. Not
 * thread-safe.
 */
public final class AmountMetrics {
    private static final int VERSION = 1;

    private final ScoredLabel own = new ScoredLabel();
    private long count;
    private long positiveCount;
    private double weightSum;
    private double predictedSum;
    private double observedSum;
    private double squaredErrorSum;
    private double absoluteErrorSum;
    private final RankedAmounts byPrediction = new RankedAmounts();
    private final RankedAmounts byLabel = new RankedAmounts();
    private final JointRanks joint = new JointRanks();

    /**
     * Adds a scored amount.
     *
     * @param predicted yuan, finite, at least 0
     * @param observed yuan, finite, at least 0
     * @param weight finite, at least 0
     */
    public void add(double predicted, double observed, double weight) {
        own.set(Target.AMOUNT, predicted, observed, weight);
        add(own);
    }

    void add(ScoredLabel label) {
        double predicted = label.predicted;
        double observed = label.observed;
        double weight = label.weight;
        double error = predicted - observed;
        count++;
        positiveCount += observed > 0 ? 1 : 0;
        weightSum += weight;
        predictedSum += weight * predicted;
        observedSum += weight * observed;
        squaredErrorSum += weight * error * error;
        absoluteErrorSum += weight * Math.abs(error);
        byPrediction.add(label.predictedBin, observed, weight);
        byLabel.add(label.observedBin, observed, weight);
        joint.add(
                AmountScale.coarse(label.predictedBin),
                AmountScale.coarse(label.observedBin),
                weight);
    }

    /** Adds all that another one has seen. */
    public void merge(AmountMetrics other) {
        count += other.count;
        positiveCount += other.positiveCount;
        weightSum += other.weightSum;
        predictedSum += other.predictedSum;
        observedSum += other.observedSum;
        squaredErrorSum += other.squaredErrorSum;
        absoluteErrorSum += other.absoluteErrorSum;
        byPrediction.merge(other.byPrediction);
        byLabel.merge(other.byLabel);
        joint.merge(other.joint);
    }

    /** Amounts seen. */
    public long count() {
        return count;
    }

    /** Amounts seen that were above 0. */
    public long positives() {
        return positiveCount;
    }

    /** Root mean squared error over the mean observed amount. */
    public double nrmse() {
        double mean = observedSum / weightSum;
        return mean > 0 ? Math.sqrt(squaredErrorSum / weightSum) / mean : Double.NaN;
    }

    /** Mean absolute error, yuan. */
    public double mae() {
        return absoluteErrorSum / weightSum;
    }

    /** Predicted over observed sum. */
    public double calibration() {
        return observedSum > 0 ? predictedSum / observedSum : Double.NaN;
    }

    /** Normalised Gini coefficient. */
    public double gini() {
        double best = byLabel.gini();
        return best > 0 ? byPrediction.gini() / best : Double.NaN;
    }

    /** Spearman's rank correlation. */
    public double spearman() {
        return joint.spearman();
    }

    /** Every figure that is defined, by name. */
    public SortedMap<String, Double> values() {
        SortedMap<String, Double> values = new TreeMap<>();
        values.put("nrmse", nrmse());
        values.put("mae", mae());
        values.put("calibration", calibration());
        values.put("gini", gini());
        values.put("spearman", spearman());
        values.values().removeIf(value -> !Double.isFinite(value));
        return values;
    }

    /** Writes everything; version 1: int version, counts, sums, the histograms. */
    public void write(DataOutput out) throws IOException {
        out.writeInt(VERSION);
        out.writeLong(count);
        out.writeLong(positiveCount);
        out.writeDouble(weightSum);
        out.writeDouble(predictedSum);
        out.writeDouble(observedSum);
        out.writeDouble(squaredErrorSum);
        out.writeDouble(absoluteErrorSum);
        byPrediction.write(out);
        byLabel.write(out);
        joint.write(out);
    }

    /** Reads what {@link #write} wrote, bit for bit. */
    public static AmountMetrics read(DataInput in) throws IOException {
        MetricWire.expect(in, "version of amount metrics", VERSION);
        AmountMetrics read = new AmountMetrics();
        read.count = MetricWire.readCount(in);
        read.positiveCount = MetricWire.readCount(in);
        read.weightSum = MetricWire.readSum(in);
        read.predictedSum = MetricWire.readSum(in);
        read.observedSum = MetricWire.readSum(in);
        read.squaredErrorSum = MetricWire.readSum(in);
        read.absoluteErrorSum = MetricWire.readSum(in);
        read.byPrediction.read(in);
        read.byLabel.read(in);
        read.joint.read(in);
        return read;
    }
}
