package io.tamor.model.drift;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/**
 * Adaptive windowing, ADWIN2 (Bifet and Gavalda, Learning from Time-Changing Data with Adaptive
 * Windowing, SDM 2007): a window over a stream of numbers in [0, 1] that holds as many of the
 * newest ones as have one mean. Whenever an older and a newer part differ by more than chance
 * allows, the older is forgotten.
 *
 * <p>With n0 and n1 values in the parts, m = 1 / n0 + 1 / n1, the window's variance v, its length n
 * and d = ln(2 ln(n) / confidence), the means differ where |mean0 - mean1| {@literal >} sqrt(2 m v
 * d) + 2/3 m d (their theorem 3.2 and section 4.1). Looked at every {@value #EVERY} values.
 *
 * <p>Memory: {@value #PER_LEVEL} buckets of 1, 2, 4, ... values each, some 300 for a billion values
 * (an exponential histogram). Not thread-safe.
 */
public final class Adwin {
    private static final int VERSION = 1;
    private static final int EVERY = 32;
    private static final int PER_LEVEL = 5;
    private static final int LEVELS = 48;
    private static final int LEAST_PART = 16;

    private final double confidence;

    // Buckets of level l hold 2^l values; in a level the oldest comes first.
    private final int[] buckets = new int[LEVELS];
    private final double[][] sums = new double[LEVELS][PER_LEVEL + 1];
    private final double[][] squares = new double[LEVELS][PER_LEVEL + 1];
    private int levels;
    private long length;
    private double sum;
    private double square; // sum of squared deviations from the window's mean
    private long sinceLook;
    private double meanBefore;

    /**
     * An empty window.
     *
     * @param confidence about the probability of a false change at a look, in (0, 1)
     */
    public Adwin(double confidence) {
        if (!(confidence > 0 && confidence < 1)) {
            throw new IllegalArgumentException("confidence must be in (0, 1), was " + confidence);
        }
        this.confidence = confidence;
    }

    /**
     * Adds a value; true where the mean has changed, so that older values were forgotten.
     *
     * @param value in [0, 1]
     */
    public boolean add(double value) {
        if (!(value >= 0 && value <= 1)) {
            throw new IllegalArgumentException("a value must be in [0, 1], was " + value);
        }
        if (length > 0) {
            double difference = value - mean();
            square += difference * difference * length / (length + 1.0);
        }
        length++;
        sum += value;
        push(0, value, 0);
        if (++sinceLook < EVERY) {
            return false;
        }
        sinceLook = 0;
        double before = mean();
        boolean changed = false;
        while (differs()) {
            dropOldest();
            changed = true;
        }
        if (changed) {
            meanBefore = before;
        }
        return changed;
    }

    /** Values in the window. */
    public long length() {
        return length;
    }

    /** Mean of the window; 0 where it is empty. */
    public double mean() {
        return length == 0 ? 0 : sum / length;
    }

    /** Mean of the window just before the last change. */
    public double meanBefore() {
        return meanBefore;
    }

    private void push(int level, double bucketSum, double bucketSquare) {
        levels = Math.max(levels, level + 1);
        int at = buckets[level]++;
        sums[level][at] = bucketSum;
        squares[level][at] = bucketSquare;
        if (buckets[level] > PER_LEVEL && level + 1 < LEVELS) {
            double size = 1L << level;
            double apart = (sums[level][0] - sums[level][1]) / size;
            push(
                    level + 1,
                    sums[level][0] + sums[level][1],
                    squares[level][0] + squares[level][1] + apart * apart * size / 2);
            remove(level, 2);
        }
    }

    private void remove(int level, int count) {
        int left = buckets[level] - count;
        System.arraycopy(sums[level], count, sums[level], 0, left);
        System.arraycopy(squares[level], count, squares[level], 0, left);
        buckets[level] = left;
        while (levels > 0 && buckets[levels - 1] == 0) {
            levels--;
        }
    }

    /** Whether some older part has another mean than the rest. */
    private boolean differs() {
        double variance = square / length;
        double chance = Math.log(2 * Math.log((double) length) / confidence);
        // Parts that do not differ are most: told without a root or a division, by the bound's
        // first summand squared and a hundredth less than it, which no rounding makes up for.
        double surelyAlike = 0.99 * 2 * variance * chance * length;
        double oldCount = 0;
        double oldSum = 0;
        for (int level = levels - 1; level >= 0; level--) {
            for (int at = 0; at < buckets[level]; at++) {
                oldCount += 1L << level;
                oldSum += sums[level][at];
                double newCount = length - oldCount;
                if (newCount < LEAST_PART) {
                    return false;
                }
                double apart = oldSum * newCount - (sum - oldSum) * oldCount;
                if (oldCount < LEAST_PART || apart * apart <= surelyAlike * oldCount * newCount) {
                    continue;
                }
                double parts = 1 / oldCount + 1 / newCount;
                double bound = Math.sqrt(2 * parts * variance * chance) + 2.0 / 3 * parts * chance;
                if (Math.abs(oldSum / oldCount - (sum - oldSum) / newCount) > bound) {
                    return true;
                }
            }
        }
        return false;
    }

    private void dropOldest() {
        int level = levels - 1;
        double size = 1L << level;
        double left = length - size;
        double apart = sums[level][0] / size - (sum - sums[level][0]) / left;
        square -= squares[level][0] + apart * apart * size * left / length;
        square = Math.max(0, square);
        sum -= sums[level][0];
        length -= (long) size;
        remove(level, 1);
    }

    /** Writes everything; version 1. */
    public void write(DataOutput out) throws IOException {
        out.writeInt(VERSION);
        out.writeLong(length);
        out.writeDouble(sum);
        out.writeDouble(square);
        out.writeLong(sinceLook);
        out.writeDouble(meanBefore);
        out.writeInt(levels);
        for (int level = 0; level < levels; level++) {
            out.writeInt(buckets[level]);
            for (int at = 0; at < buckets[level]; at++) {
                out.writeDouble(sums[level][at]);
                out.writeDouble(squares[level][at]);
            }
        }
    }

    /** Replaces everything by what {@link #write} wrote, bit for bit. */
    public void read(DataInput in) throws IOException {
        int version = in.readInt();
        if (version != VERSION) {
            throw new IOException(
                    "drift window: this build reads version " + VERSION + ", found " + version);
        }
        length = in.readLong();
        sum = in.readDouble();
        square = in.readDouble();
        sinceLook = in.readLong();
        meanBefore = in.readDouble();
        levels = bounded("levels", in.readInt(), LEVELS);
        Arrays.fill(buckets, 0);
        for (int level = 0; level < levels; level++) {
            buckets[level] = bounded("buckets", in.readInt(), PER_LEVEL);
            for (int at = 0; at < buckets[level]; at++) {
                sums[level][at] = in.readDouble();
                squares[level][at] = in.readDouble();
            }
        }
    }

    private static int bounded(String what, int found, int most) throws IOException {
        if (found < 0 || found > most) {
            throw new IOException(
                    "drift window: wanted at most " + most + " " + what + ", found " + found);
        }
        return found;
    }
}
