package io.tamor.quickstart.feed;

import io.tamor.jobs.config.Problems;
import java.time.Duration;

/**
 * What happens to events between the phones and the broker.
 *
 * @param disorder an event arrives up to this much event time after it happened, exclusive; within
 *     a deployment's allowed disorder nothing of it is late
 * @param duplicates share of events sent a second time, within the disorder; where that is zero,
 *     right after the first
 * @param orphans share of clicks and conversions that are followed by one whose impression never
 *     existed
 * @param undecodable share of events that are followed by bytes that decode to nothing
 * @param late share of events that arrive two to four times the disorder behind
 */
public record ArrivalFaults(
        Duration disorder,
        double duplicates,
        double orphans,
        double undecodable,
        double late,
        long seed) {

    public ArrivalFaults {
        Problems problems = new Problems();
        problems.require(!disorder.isNegative(), "disorder must be >= 0, was %s", disorder);
        share(problems, "duplicates", duplicates);
        share(problems, "orphans", orphans);
        share(problems, "undecodable", undecodable);
        share(problems, "late", late);
        problems.throwIfAny("faults on arrival");
    }

    /** Everything arrives once, readable, in order. */
    public static ArrivalFaults none() {
        return new ArrivalFaults(Duration.ZERO, 0, 0, 0, 0, 0);
    }

    private static void share(Problems problems, String name, double value) {
        problems.require(value >= 0 && value <= 1, "%s is a share in [0, 1], was %s", name, value);
    }
}
