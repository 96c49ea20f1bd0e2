package io.tamor.quickstart.simulator;

import io.tamor.jobs.config.Problems;
import java.time.Duration;
import java.time.Instant;

/**
 * What to simulate. The same options give the same events, byte for byte; a user's events depend on
 * the seed and the user's number alone, not on how many others there are.
 *
 * @param users people of the app
 * @param start of event time
 * @param span for how long people visit the app; their outcomes and own investments go on until the
 *     last label is final
 */
public record SimulatorOptions(long seed, int users, Instant start, Duration span) {
    /** Four weeks: long enough for tiers to change and tastes to drift. */
    public static final Duration SPAN = Duration.ofDays(28);

    /** A Monday. */
    public static final Instant START = Instant.parse("2026-03-02T00:00:00Z");

    /** Measured over many seeds; the events of a run vary by a few percent around it. */
    private static final double EVENTS_PER_USER = 108;

    public SimulatorOptions {
        new Problems()
                .require(users > 0, "users must be > 0, was %d", users)
                .require(
                        span.compareTo(Duration.ofDays(1)) >= 0,
                        "span must be at least 1 day, was %s",
                        span)
                .throwIfAny("simulator options");
    }

    /** As many users as give about so many events in four weeks. */
    public static SimulatorOptions forEvents(long events, long seed) {
        long users = Math.round(events / EVENTS_PER_USER);
        return new SimulatorOptions(
                seed, (int) Math.min(Integer.MAX_VALUE, Math.max(1, users)), START, SPAN);
    }
}
