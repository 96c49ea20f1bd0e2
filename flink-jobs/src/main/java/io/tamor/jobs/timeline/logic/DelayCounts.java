package io.tamor.jobs.timeline.logic;

/**
 * A distribution of delays in fixed memory: counts in buckets that widen by 19 %, four an octave,
 * from a millisecond to some 140 years; a quantile is right to within its bucket. Written by one
 * thread; a metric reader may see an older state.
 */
public final class DelayCounts {
    private static final int PER_OCTAVE = 4;
    private static final int OCTAVES = 42;

    private final long[] counts = new long[OCTAVES * PER_OCTAVE + 1];
    private long size;
    private long sumMs;
    private long minMs = Long.MAX_VALUE;
    private long maxMs;

    /** Counts a delay; one below 0 counts as 0. */
    void add(long delayMs) {
        long delay = Math.max(0, delayMs);
        counts[bucket(delay)]++;
        size++;
        sumMs += delay;
        minMs = Math.min(minMs, delay);
        maxMs = Math.max(maxMs, delay);
    }

    private static int bucket(long delayMs) {
        if (delayMs < 1) {
            return 0;
        }
        int bucket = 1 + (int) (Math.log((double) delayMs) / Math.log(2) * PER_OCTAVE);
        return Math.min(bucket, OCTAVES * PER_OCTAVE);
    }

    /** The upper end of the bucket that holds the quantile, milliseconds; 0 without delays. */
    public double quantile(double quantile) {
        long rank = (long) Math.ceil(quantile * size);
        long seen = 0;
        for (int b = 0; b < counts.length; b++) {
            seen += counts[b];
            if (seen >= rank && seen > 0) {
                return Math.min((double) maxMs, b == 0 ? 0 : Math.pow(2, b / (double) PER_OCTAVE));
            }
        }
        return maxMs;
    }

    public long size() {
        return size;
    }

    public double meanMs() {
        return size == 0 ? 0 : sumMs / (double) size;
    }

    /** The smallest delay, exactly; 0 without delays. */
    public long minMs() {
        return size == 0 ? 0 : minMs;
    }

    /** The largest delay, exactly; 0 without delays. */
    public long maxMs() {
        return maxMs;
    }
}
