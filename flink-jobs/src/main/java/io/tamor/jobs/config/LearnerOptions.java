package io.tamor.jobs.config;

import java.io.Serializable;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The learner.
 *
 * @param batch samples a mini-batch
 * @param maxDelay event time after which a partial mini-batch is trained, bounding staleness in
 *     quiet hours
 * @param disorder samples are trained in order of maturity; one may arrive this much event time
 *     behind a later one of its partition; one later still is trained at once, out of order, and
 *     counted
 * @param userRowTtl event time after which the row of a user without samples is dropped
 * @param admitAfter samples of a user, within the time to live, with the last of which it gets a
 *     row of its own; before that it has the initial row, which is never trained
 * @param startFrom URI of a snapshot's version whose parameters the learner starts from; null: it
 *     starts with new ones. A learner with state takes them over once, when this value changes
 * @param startAt {@code earliest}, or the maturity (ISO-8601, UTC) of the first samples to train
 * @param labelSet the label set that is learned, null for the first; samples of others are skipped
 */
public record LearnerOptions(
        int batch,
        Duration maxDelay,
        Duration disorder,
        Duration userRowTtl,
        @Nullable String labelSet,
        int admitAfter,
        @Nullable String startFrom,
        String startAt,
        DriftOptions drift)
        implements Serializable {

    /** How far the timeline's own samples can be out of order within a partition. */
    public static final Duration LEAST_DISORDER = Duration.ofMinutes(1);

    private static final String EARLIEST = "earliest";

    public LearnerOptions {
        admitAfter = Math.max(1, admitAfter);
        startAt = startAt == null ? EARLIEST : startAt;
        drift = drift == null ? DriftOptions.COUNT_ONLY : drift;
    }

    /** Epoch milliseconds of {@link #startAt}; the least there is for earliest. */
    public long startAtMs() {
        return startAt.equals(EARLIEST) ? Long.MIN_VALUE : Instant.parse(startAt).toEpochMilli();
    }
}
