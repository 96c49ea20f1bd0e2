package io.tamor.model.metric;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/** Observed amounts in an order of bins, for the area between their share curve and equality. */
final class RankedAmounts {
    private final Histogram weights = new Histogram(AmountScale.BINS);
    private final Histogram amounts = new Histogram(AmountScale.BINS);

    void add(int bin, double amount, double weight) {
        weights.add(bin, weight);
        amounts.add(bin, weight * amount);
    }

    /** 1 - twice the area under the share curve; the order ascends. */
    double gini() {
        double before = 0;
        double area = 0;
        for (int bin = 0; bin < AmountScale.BINS; bin++) {
            area += weights.get(bin) * (before + amounts.get(bin) / 2);
            before += amounts.get(bin);
        }
        return 1 - 2 * area / (weights.total() * before);
    }

    void merge(RankedAmounts other) {
        weights.merge(other.weights);
        amounts.merge(other.amounts);
    }

    void write(DataOutput out) throws IOException {
        weights.write(out);
        amounts.write(out);
    }

    void read(DataInput in) throws IOException {
        weights.read(in);
        amounts.read(in);
    }
}
