package io.tamor.quickstart.benchmark;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/** Counts the labels that a variant made, to see that all make the same. Thread-safe. */
final class LabelTally {
    /** The tally of jobs that run in this process. */
    static final LabelTally OF_PROCESS = new LabelTally();

    private static final int TASKS = 4;

    private final AtomicLongArray positives = new AtomicLongArray(TASKS);
    private final AtomicLong rows = new AtomicLong();
    private final AtomicLong amountMinor = new AtomicLong();

    private LabelTally() {}

    /** What was counted. */
    record Counts(
            long rows,
            long clicks,
            long conversions,
            long investments,
            long largeInvestments,
            long amountMinor) {}

    void add(int task, long count) {
        positives.addAndGet(task, count);
    }

    void row(long amount, long count) {
        rows.addAndGet(count);
        amountMinor.addAndGet(amount * count);
    }

    /** The counts since the last call. */
    Counts take() {
        return new Counts(
                rows.getAndSet(0),
                positives.getAndSet(0, 0),
                positives.getAndSet(1, 0),
                positives.getAndSet(2, 0),
                positives.getAndSet(3, 0),
                amountMinor.getAndSet(0));
    }
}
