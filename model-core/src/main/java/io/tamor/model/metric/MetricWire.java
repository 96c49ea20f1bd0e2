package io.tamor.model.metric;

import java.io.DataInput;
import java.io.IOException;

/** Checks of stored metrics' bytes. */
final class MetricWire {
    private MetricWire() {}

    static void expect(DataInput in, String what, int wanted) throws IOException {
        int found = in.readInt();
        if (found != wanted) {
            throw new IOException("metrics: wanted " + what + " " + wanted + ", found " + found);
        }
    }

    static double readSum(DataInput in) throws IOException {
        double sum = in.readDouble();
        if (!(sum >= 0) || Double.isInfinite(sum)) {
            throw new IOException("metrics: a sum must be finite and >= 0, was " + sum);
        }
        return sum;
    }

    static long readCount(DataInput in) throws IOException {
        long count = in.readLong();
        if (count < 0) {
            throw new IOException("metrics: a count must be >= 0, was " + count);
        }
        return count;
    }

    static double requireWeight(double weight) {
        if (!(weight >= 0) || Double.isInfinite(weight)) {
            throw new IllegalArgumentException(
                    "a metric's weight must be finite and >= 0, was " + weight);
        }
        return weight;
    }
}
