package io.tamor.jobs.config;

import java.io.Serializable;
import java.time.Duration;
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
 * @param labelSet the label set that is learned, null for the first; samples of others are skipped
 */
public record LearnerOptions(
        int batch,
        Duration maxDelay,
        Duration disorder,
        Duration userRowTtl,
        @Nullable String labelSet)
        implements Serializable {

    /** How far the timeline's own samples can be out of order within a partition. */
    public static final Duration LEAST_DISORDER = Duration.ofMinutes(1);
}
