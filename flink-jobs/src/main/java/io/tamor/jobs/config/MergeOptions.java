package io.tamor.jobs.config;

import java.io.Serializable;
import java.time.Duration;

/**
 * How learners that train side by side share one model.
 *
 * @param every event time between merges: increments leave with the first checkpoint after each
 *     multiple of it
 * @param momentum share of the last move of the dense parameters that the next one keeps, in [0,
 *     1); 0, which is also what leaving it out means: none
 * @param mostSamples samples that are read between two checkpoints at most, by all learners
 *     together, so that a replay merges as often as a live stream would; 0, which is also what
 *     leaving it out means: no bound
 */
public record MergeOptions(Duration every, double momentum, int mostSamples)
        implements Serializable {}
