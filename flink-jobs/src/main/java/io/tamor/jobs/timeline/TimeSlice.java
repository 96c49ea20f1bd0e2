package io.tamor.jobs.timeline;

import io.tamor.jobs.config.LearnerOptions;

/**
 * The step in which a user's due events are applied together. Samples leave in the order of
 * maturity but for the length of one slice, which is what {@code learner.disorder} must at least
 * allow.
 */
final class TimeSlice {
    private static final long LENGTH_MS = LearnerOptions.LEAST_DISORDER.toMillis();

    private TimeSlice() {}

    /** First millisecond of the slice that holds a time. */
    static long startMs(long timeMs) {
        return timeMs - Math.floorMod(timeMs, LENGTH_MS);
    }

    /** Last millisecond of the slice that holds a time. */
    static long endMs(long timeMs) {
        return startMs(timeMs) + LENGTH_MS - 1;
    }
}
