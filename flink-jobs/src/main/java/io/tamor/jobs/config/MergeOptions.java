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
 * @param mostSamples samples between two merges at most, of all learners together: each checkpoint
 *     merges, whatever {@code every} says, and so many samples are read and trained until the next
 *     one, each learner its share; 0, which is also what leaving it out means: no bound
 */
public record MergeOptions(Duration every, double momentum, int mostSamples)
        implements Serializable {

    /** Whether the samples between two merges are bounded. */
    public boolean bounded() {
        return mostSamples > 0;
    }

    /**
     * Samples that each learner may train between two merges.
     *
     * @param learners number of learners
     */
    public long share(int learners) {
        return bounded() ? Math.max(1, mostSamples / learners) : Long.MAX_VALUE;
    }
}
