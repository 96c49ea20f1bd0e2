package io.tamor.jobs.learner;

import org.jspecify.annotations.Nullable;

/** A record for a topic, encoded. A POJO, so that Flink's own serializer carries it. */
public final class TopicRecord {
    /** Decides the partition. */
    public byte[] key = {};

    /** Wire bytes; null deletes the key from a compacted topic. */
    public byte @Nullable [] value;

    /** Event time, epoch milliseconds. */
    public long timestampMs;

    /** For Flink's serializer. */
    public TopicRecord() {}

    TopicRecord(byte[] key, byte @Nullable [] value, long timestampMs) {
        this.key = key;
        this.value = value;
        this.timestampMs = timestampMs;
    }
}
