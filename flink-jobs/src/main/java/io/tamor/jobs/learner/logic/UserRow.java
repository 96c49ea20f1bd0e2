package io.tamor.jobs.learner.logic;

/**
 * A user's embedding row with its optimiser state, as keyed state holds it. A POJO: Flink's own
 * serializer, which lets fields be added.
 */
public final class UserRow {
    /** The row, as many floats as the field's dimension; none before the user is admitted. */
    public float[] values = {};

    /** Its optimiser state. */
    public float[] accumulators = {};

    /** Latest maturity of the samples that trained it, epoch milliseconds. */
    public long trainedMs;

    /** True where it was trained after the last published version. */
    public boolean changed;

    /** True where an expiry timer is set for the user. */
    public boolean timed;

    /** Samples of the user that were trained before it was admitted. */
    public int samplesBefore;

    /** Whether there is a row, and not only a count of samples. */
    public boolean admitted() {
        return values.length > 0;
    }
}
