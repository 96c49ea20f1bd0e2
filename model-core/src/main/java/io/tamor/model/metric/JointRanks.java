package io.tamor.model.metric;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/** How often a predicted and an observed bin met, for the correlation of their ranks. */
final class JointRanks {
    private static final int BINS = AmountScale.COARSE_BINS;

    private final Histogram cells = new Histogram(BINS * BINS);

    void add(int predicted, int observed, double weight) {
        cells.add(predicted * BINS + observed, weight);
    }

    double spearman() {
        double[] predicted = new double[BINS];
        double[] observed = new double[BINS];
        double total = 0;
        for (int p = 0; p < BINS; p++) {
            for (int o = 0; o < BINS; o++) {
                double weight = cells.get(p * BINS + o);
                predicted[p] += weight;
                observed[o] += weight;
                total += weight;
            }
        }
        double[] predictedRank = centredRanks(predicted, total);
        double[] observedRank = centredRanks(observed, total);
        double together = 0;
        double predictedSquares = 0;
        double observedSquares = 0;
        for (int p = 0; p < BINS; p++) {
            predictedSquares += predicted[p] * predictedRank[p] * predictedRank[p];
            observedSquares += observed[p] * observedRank[p] * observedRank[p];
            for (int o = 0; o < BINS; o++) {
                together += cells.get(p * BINS + o) * predictedRank[p] * observedRank[o];
            }
        }
        return together / Math.sqrt(predictedSquares * observedSquares);
    }

    /** Mean rank of each bin's content less the mean of all ranks, as shares of the total. */
    private static double[] centredRanks(double[] weights, double total) {
        double[] ranks = new double[BINS];
        double before = 0;
        for (int bin = 0; bin < BINS; bin++) {
            ranks[bin] = (before + weights[bin] / 2) / total - 0.5;
            before += weights[bin];
        }
        return ranks;
    }

    void merge(JointRanks other) {
        cells.merge(other.cells);
    }

    void write(DataOutput out) throws IOException {
        cells.write(out);
    }

    void read(DataInput in) throws IOException {
        cells.read(in);
    }
}
