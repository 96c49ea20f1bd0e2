package io.tamor.jobs.learner.logic;

import io.tamor.schemas.Sample;

/**
 * A checked sample with where it was read.
 *
 * @param partition topic and partition, {@code samples-3}; empty where that is not known
 * @param offset its offset there
 */
public record QueuedSample(Sample sample, String partition, long offset) {
    /** A sample that comes from no topic. */
    public static QueuedSample of(Sample sample) {
        return new QueuedSample(sample, "", 0);
    }
}
