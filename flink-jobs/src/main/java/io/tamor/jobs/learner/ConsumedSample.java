package io.tamor.jobs.learner;

/**
 * A record of the samples topic as it was read, with where it was, so that one that cannot be used
 * can be found again. A POJO, so that Flink's own serializer carries it.
 */
public final class ConsumedSample {
    /** The record's key: the user. */
    public String userId = "";

    /** The topic it was read from. */
    public String topic = "";

    /** Its partition. */
    public int partition;

    /** Its offset. */
    public long offset;

    /** Its timestamp: the sample's maturity, epoch milliseconds. */
    public long timestampMs;

    /** The sample's wire bytes. */
    public byte[] payload = {};
}
