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
 * @param parallelism learners that train side by side, each the samples of its users; 0, which is
 *     also what leaving it out means: one
 * @param merge how they share one model; null: one learner trains alone
 */
public record LearnerOptions(
        int batch,
        Duration maxDelay,
        Duration disorder,
        Duration userRowTtl,
        @Nullable String labelSet,
        int parallelism,
        @Nullable MergeOptions merge)
        implements Serializable {
    public LearnerOptions {
        parallelism = Math.max(1, parallelism);
    }

    /**
     * Samples of one learner's mini-batch: {@link #batch} is shared out, so that as many samples
     * lie between two updates of the model as with one learner.
     */
    public int ownBatch() {
        return Math.max(1, batch / parallelism);
    }

    /** How far the timeline's own samples can be out of order within a partition. */
    public static final Duration LEAST_DISORDER = Duration.ofMinutes(1);
}
