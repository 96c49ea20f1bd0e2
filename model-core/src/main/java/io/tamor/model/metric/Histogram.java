package io.tamor.model.metric;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Sums by bin; written as its non-zero bins only. Several that are counted in together share an
 * array, since adding is mostly waiting for memory.
 */
final class Histogram {
    private final double[] sums;
    private final int first;
    private final int bins;

    Histogram(int bins) {
        this(new double[bins], 0, bins);
    }

    /** The bins of an array from a place on. */
    Histogram(double[] sums, int first, int bins) {
        this.sums = sums;
        this.first = first;
        this.bins = bins;
    }

    int bins() {
        return bins;
    }

    void add(int bin, double amount) {
        sums[first + bin] += amount;
    }

    double get(int bin) {
        return sums[first + bin];
    }

    double total() {
        double total = 0;
        for (int i = first; i < first + bins; i++) {
            total += sums[i];
        }
        return total;
    }

    void merge(Histogram other) {
        for (int bin = 0; bin < bins; bin++) {
            sums[first + bin] += other.get(bin);
        }
    }

    void write(DataOutput out) throws IOException {
        int used = 0;
        for (int bin = 0; bin < bins; bin++) {
            used += get(bin) == 0 ? 0 : 1;
        }
        out.writeInt(bins);
        out.writeInt(used);
        for (int bin = 0; bin < bins; bin++) {
            if (get(bin) != 0) {
                out.writeInt(bin);
                out.writeDouble(get(bin));
            }
        }
    }

    void read(DataInput in) throws IOException {
        MetricWire.expect(in, "bins of a histogram", bins);
        int used = in.readInt();
        if (used < 0 || used > bins) {
            throw new IOException(
                    "metrics: a histogram of " + bins + " bins has " + used + " in use");
        }
        int last = -1;
        for (int i = 0; i < used; i++) {
            int bin = in.readInt();
            if (bin <= last || bin >= bins) {
                throw new IOException("metrics: bin " + bin + " after bin " + last);
            }
            sums[first + bin] = MetricWire.readSum(in);
            last = bin;
        }
    }
}
