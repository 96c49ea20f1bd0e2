package io.tamor.model.metric;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/** Sums by bin; written as its non-zero bins only. */
final class Histogram {
    private final double[] sums;

    Histogram(int bins) {
        sums = new double[bins];
    }

    int bins() {
        return sums.length;
    }

    void add(int bin, double amount) {
        sums[bin] += amount;
    }

    double get(int bin) {
        return sums[bin];
    }

    double total() {
        double total = 0;
        for (double sum : sums) {
            total += sum;
        }
        return total;
    }

    void merge(Histogram other) {
        for (int bin = 0; bin < sums.length; bin++) {
            sums[bin] += other.sums[bin];
        }
    }

    void write(DataOutput out) throws IOException {
        int used = 0;
        for (double sum : sums) {
            used += sum == 0 ? 0 : 1;
        }
        out.writeInt(sums.length);
        out.writeInt(used);
        for (int bin = 0; bin < sums.length; bin++) {
            if (sums[bin] != 0) {
                out.writeInt(bin);
                out.writeDouble(sums[bin]);
            }
        }
    }

    void read(DataInput in) throws IOException {
        MetricWire.expect(in, "bins of a histogram", sums.length);
        int used = in.readInt();
        if (used < 0 || used > sums.length) {
            throw new IOException(
                    "metrics: a histogram of " + sums.length + " bins has " + used + " in use");
        }
        int last = -1;
        for (int i = 0; i < used; i++) {
            int bin = in.readInt();
            if (bin <= last || bin >= sums.length) {
                throw new IOException("metrics: bin " + bin + " after bin " + last);
            }
            sums[bin] = MetricWire.readSum(in);
            last = bin;
        }
    }
}
