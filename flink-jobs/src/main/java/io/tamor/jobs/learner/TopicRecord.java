package io.tamor.jobs.learner;

import org.jspecify.annotations.Nullable;

/**
 * A record for a topic, encoded; its event time is the stream record's. A POJO, so that Flink's own
 * serializer carries it.
 */
public final class TopicRecord {
    /** Decides the partition. */
    public byte[] key = {};

    /** Wire bytes; null deletes the key from a compacted topic. */
    public byte @Nullable [] value;

    /** For Flink's serializer. */
    public TopicRecord() {}

    TopicRecord(byte[] key, byte @Nullable [] value) {
        this.key = key;
        this.value = value;
    }
}
