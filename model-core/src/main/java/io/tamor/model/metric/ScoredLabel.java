package io.tamor.model.metric;

import io.tamor.model.config.Target;

/**
 * A label with its score as the metrics of its slices count it: what does not depend on the slice
 * is computed once. Reused from label to label. Not thread-safe.
 */
final class ScoredLabel {
    private static final double CLAMP = 1e-7;

    private boolean binary;

    /** Finite, at least 0. */
    double weight;

    /** A probability in [0, 1], or yuan. */
    double predicted;

    /** Above 0 for a positive; yuan. */
    double observed;

    /** Log loss of a binary label, times the weight. */
    double loss;

    /** The score's bin among those of the AUC; of an amount, its bin. */
    int predictedBin;

    /** An observed amount's bin. */
    int observedBin;

    void set(Target target, double prediction, double label, double weight) {
        this.predicted = prediction;
        this.observed = label;
        this.weight = MetricWire.requireWeight(weight);
        binary = target == Target.BINARY;
        if (binary) {
            setProbability();
        } else {
            requireAmount("predicted", prediction);
            requireAmount("observed", label);
            predictedBin = AmountScale.bin(prediction);
            observedBin = AmountScale.bin(label);
        }
    }

    boolean binary() {
        return binary;
    }

    private void setProbability() {
        if (!(predicted >= 0 && predicted <= 1)) {
            throw new IllegalArgumentException("a probability must be in [0, 1], was " + predicted);
        }
        double clamped = Math.min(1 - CLAMP, Math.max(CLAMP, predicted));
        double logYes = Math.log(clamped);
        double logNo = Math.log1p(-clamped);
        predictedBin = BinaryMetrics.bin(logYes - logNo);
        loss = weight * (observed > 0 ? logYes : logNo);
    }

    private static void requireAmount(String what, double amount) {
        if (!(amount >= 0) || Double.isInfinite(amount)) {
            throw new IllegalArgumentException(
                    "a " + what + " amount must be finite and >= 0, was " + amount);
        }
    }
}
