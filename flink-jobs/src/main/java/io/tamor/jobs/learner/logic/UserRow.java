package io.tamor.jobs.learner.logic;

/**
 * A user's embedding row with its optimiser state, as keyed state holds it. A POJO: Flink's own
 * serializer, which lets fields be added.
 */
public final class UserRow {
    /** The row, as many floats as the field's dimension. */
    public float[] values = {};

    /** Its optimiser state. */
    public float[] accumulators = {};

    /** Latest maturity of the samples that trained it, epoch milliseconds. */
    public long trainedMs;

    /** True where it was trained after the last published version. */
    public boolean changed;

    /** True where an expiry timer is set for the user. */
    public boolean timed;
}
