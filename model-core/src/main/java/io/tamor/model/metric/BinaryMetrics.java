package io.tamor.model.metric;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Quality of a stream of probabilities against 0/1 labels, in bounded memory: AUC, log loss,
 * normalised entropy, calibration and expected calibration error.
 *
 * <p>AUC (Fawcett, Pattern Recognition Letters 27, 2006) is computed from {@value #BINS} bins of
 * equal width on the logit scale of [-{@value #LOGIT_RANGE}, {@value #LOGIT_RANGE}]; scores beyond
 * fall into the outer bins. Pairs inside one bin count half, so its error is at most {@link
 * #aucErrorBound}, half the share of pairs that share a bin. Adding does not allocate. Merging the
 * parts of a stream gives what the whole stream gives, up to the rounding of sums. Not thread-safe.
 */
public final class BinaryMetrics {
    /** Bins of the logit scale. */
    public static final int BINS = 1024;

    /** Half the width of the binned logit scale. */
    public static final int LOGIT_RANGE = 10;

    private static final int VERSION = 1;
    private static final int CALIBRATION_BINS = 20;
    private static final double SMALLEST = 1e-7;

    private final double[] positiveWeight = new double[BINS];
    private final double[] negativeWeight = new double[BINS];
    private final double[] calibrationWeight = new double[CALIBRATION_BINS];
    private final double[] calibrationPredicted = new double[CALIBRATION_BINS];
    private final double[] calibrationObserved = new double[CALIBRATION_BINS];
    private long count;
    private long positives;
    private double weight;
    private double predicted;
    private double observed;
    private double loss;

    /** Adds one prediction made before its label was known. Weight 0 changes only the counts. */
    public void add(double probability, boolean positive, double sampleWeight) {
        double p = Math.min(1 - SMALLEST, Math.max(SMALLEST, probability));
        double logit = Math.log(p / (1 - p));
        int bin = (int) ((logit + LOGIT_RANGE) * (BINS / (2.0 * LOGIT_RANGE)));
        bin = Math.min(BINS - 1, Math.max(0, bin));
        int calibrationBin = Math.min(CALIBRATION_BINS - 1, (int) (p * CALIBRATION_BINS));
        count++;
        weight += sampleWeight;
        predicted += sampleWeight * probability;
        calibrationWeight[calibrationBin] += sampleWeight;
        calibrationPredicted[calibrationBin] += sampleWeight * probability;
        if (positive) {
            positives++;
            observed += sampleWeight;
            positiveWeight[bin] += sampleWeight;
            calibrationObserved[calibrationBin] += sampleWeight;
            loss -= sampleWeight * Math.log(p);
        } else {
            negativeWeight[bin] += sampleWeight;
            loss -= sampleWeight * Math.log(1 - p);
        }
    }

    /** Adds all that the other one has seen. */
    public void merge(BinaryMetrics other) {
        count += other.count;
        positives += other.positives;
        weight += other.weight;
        predicted += other.predicted;
        observed += other.observed;
        loss += other.loss;
        for (int i = 0; i < BINS; i++) {
            positiveWeight[i] += other.positiveWeight[i];
            negativeWeight[i] += other.negativeWeight[i];
        }
        for (int i = 0; i < CALIBRATION_BINS; i++) {
            calibrationWeight[i] += other.calibrationWeight[i];
            calibrationPredicted[i] += other.calibrationPredicted[i];
            calibrationObserved[i] += other.calibrationObserved[i];
        }
    }

    /** Labels seen. */
    public long count() {
        return count;
    }

    /** Positive labels seen. */
    public long positives() {
        return positives;
    }

    /** Area under the ROC curve; NaN while one class is missing. */
    public double auc() {
        double below = 0;
        double pairs = 0;
        for (int i = 0; i < BINS; i++) {
            pairs += positiveWeight[i] * (below + negativeWeight[i] / 2);
            below += negativeWeight[i];
        }
        return pairs / (observed * (weight - observed));
    }

    /** The most by which {@link #auc} can be off: half the share of pairs within one bin. */
    public double aucErrorBound() {
        double tied = 0;
        for (int i = 0; i < BINS; i++) {
            tied += positiveWeight[i] * negativeWeight[i];
        }
        return tied / 2 / (observed * (weight - observed));
    }

    /** Mean logistic loss in nats, probabilities clamped to [1e-7, 1 - 1e-7]; NaN for none. */
    public double logLoss() {
        return loss / weight;
    }

    /**
     * Log loss over that of always predicting the mean rate (He et al., ADKDD 2014); below 1 beats
     * the constant; NaN while one class is missing.
     */
    public double normalizedEntropy() {
        double rate = observed / weight;
        return logLoss() / -(rate * Math.log(rate) + (1 - rate) * Math.log(1 - rate));
    }

    /** Sum predicted over sum observed; NaN while nothing was observed. */
    public double calibration() {
        return observed == 0 ? Double.NaN : predicted / observed;
    }

    /** Expected calibration error over twenty bins of equal width (Guo et al., ICML 2017). */
    public double expectedCalibrationError() {
        double error = 0;
        for (int i = 0; i < CALIBRATION_BINS; i++) {
            error += Math.abs(calibrationPredicted[i] - calibrationObserved[i]);
        }
        return error / weight;
    }

    /** Writes all there is; empty bins cost nothing. */
    public void write(DataOutput out) throws IOException {
        out.writeInt(VERSION);
        out.writeLong(count);
        out.writeLong(positives);
        out.writeDouble(weight);
        out.writeDouble(predicted);
        out.writeDouble(observed);
        out.writeDouble(loss);
        for (double[] sums : sums()) {
            writeSparse(out, sums);
        }
    }

    /** Reads what {@link #write} wrote, bit for bit. */
    public static BinaryMetrics read(DataInput in) throws IOException {
        int version = in.readInt();
        if (version != VERSION) {
            throw new IOException(
                    "binary metrics of version " + version + ", this build reads " + VERSION);
        }
        BinaryMetrics metrics = new BinaryMetrics();
        metrics.count = in.readLong();
        metrics.positives = in.readLong();
        metrics.weight = in.readDouble();
        metrics.predicted = in.readDouble();
        metrics.observed = in.readDouble();
        metrics.loss = in.readDouble();
        for (double[] sums : metrics.sums()) {
            readSparse(in, sums);
        }
        return metrics;
    }

    private double[][] sums() {
        return new double[][] {
            positiveWeight,
            negativeWeight,
            calibrationWeight,
            calibrationPredicted,
            calibrationObserved
        };
    }

    private static void writeSparse(DataOutput out, double[] sums) throws IOException {
        int filled = 0;
        for (double sum : sums) {
            filled += sum != 0 ? 1 : 0;
        }
        out.writeShort(filled);
        for (int i = 0; i < sums.length; i++) {
            if (sums[i] != 0) {
                out.writeShort(i);
                out.writeDouble(sums[i]);
            }
        }
    }

    private static void readSparse(DataInput in, double[] sums) throws IOException {
        int filled = in.readUnsignedShort();
        for (int k = 0; k < filled; k++) {
            int i = in.readUnsignedShort();
            if (i >= sums.length) {
                throw new IOException("binary metrics: bin " + i + " of " + sums.length);
            }
            sums[i] = in.readDouble();
        }
    }
}
