package io.tamor.jobs.config;

import java.io.Serializable;
import java.time.Duration;

/**
 * What the learner does when a task's loss or calibration has become worse in a tier. A change is
 * always counted; by default nothing else happens.
 *
 * @param confidence about the probability of a false alarm at a look, in (0, 1)
 * @param learningRateFactor factor of every learning rate while it lasts
 * @param resetAccumulators whether the sums of squares of the embedding rows start anew, so that
 *     rows learn as fast as new ones
 * @param lasts event time that the factor applies after an alarm, and that must pass before another
 *     alarm resets the accumulators again
 */
public record DriftOptions(
        double confidence, double learningRateFactor, boolean resetAccumulators, Duration lasts)
        implements Serializable {
    private static final double USUAL_CONFIDENCE = 0.002;
    private static final Duration USUAL = Duration.ofDays(1);

    /** Count only. */
    public static final DriftOptions COUNT_ONLY = new DriftOptions(0, 0, false, USUAL);

    public DriftOptions {
        confidence = confidence == 0 ? USUAL_CONFIDENCE : confidence;
        learningRateFactor = learningRateFactor == 0 ? 1 : learningRateFactor;
        lasts = lasts == null ? USUAL : lasts;
    }
}
