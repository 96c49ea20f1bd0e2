package io.tamor.quickstart.report;

import java.util.Arrays;

/** Scores with binary labels, and the exact area under their ROC curve. */
final class ScoredLabels {
    private double[] scores = new double[64];
    private boolean[] labels = new boolean[64];
    private int size;

    void add(double score, boolean label) {
        if (size == scores.length) {
            scores = Arrays.copyOf(scores, 2 * size);
            labels = Arrays.copyOf(labels, 2 * size);
        }
        scores[size] = score;
        labels[size++] = label;
    }

    int size() {
        return size;
    }

    /** P(a positive scores above a negative), ties half; NaN where one class is missing. */
    double auc() {
        long[] order = new long[size];
        // Sorted together: the score's bits order like the score since it is not negative.
        for (int i = 0; i < size; i++) {
            order[i] = (Double.doubleToRawLongBits(scores[i]) & ~1L) | (labels[i] ? 1 : 0);
        }
        Arrays.sort(order);
        double rankSum = 0;
        long positives = 0;
        for (int from = 0; from < size; ) {
            int to = from;
            long tied = 0;
            while (to < size && (order[to] | 1) == (order[from] | 1)) {
                tied += order[to] & 1;
                to++;
            }
            rankSum += tied * (from + 1 + to) / 2.0;
            positives += tied;
            from = to;
        }
        double negatives = (double) size - positives;
        return positives == 0 || negatives == 0
                ? Double.NaN
                : (rankSum - positives * (positives + 1) / 2.0) / (positives * negatives);
    }
}
