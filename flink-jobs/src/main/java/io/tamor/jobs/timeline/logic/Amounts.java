package io.tamor.jobs.timeline.logic;

/** Sums of money in minor units, which stay at the largest number rather than turn negative. */
final class Amounts {
    private Amounts() {}

    static long sum(long a, long b) {
        long sum = a + b;
        return sum < 0 ? Long.MAX_VALUE : sum;
    }

    /** What is left after a redemption, never below 0. */
    static long rest(long held, long redeemed) {
        return Math.max(0, held - redeemed);
    }
}
