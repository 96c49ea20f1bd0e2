package io.tamor.model.metric;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Checks of stored metrics' bytes. */
final class MetricWire {
    private static final int MOST_NAMES = 1 << 16;

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

    static void writeNames(DataOutput out, List<String> names) throws IOException {
        out.writeInt(names.size());
        for (String name : names) {
            out.writeUTF(name);
        }
    }

    static List<String> readNames(DataInput in) throws IOException {
        int count = in.readInt();
        if (count < 0 || count > MOST_NAMES) {
            throw new IOException(
                    "metrics: a table has 0 to " + MOST_NAMES + " names, found " + count);
        }
        List<String> names = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            names.add(in.readUTF());
        }
        return names;
    }

    static double requireWeight(double weight) {
        if (!(weight >= 0) || Double.isInfinite(weight)) {
            throw new IllegalArgumentException(
                    "a metric's weight must be finite and >= 0, was " + weight);
        }
        return weight;
    }
}
