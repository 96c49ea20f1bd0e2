package io.tamor.jobs.learner;

import org.jspecify.annotations.Nullable;

/**
 * What a learner among others tells the merger. A POJO, so that Flink's own serializer carries it.
 */
public final class LearnerMessage {
    /** What the payload is. */
    public enum Kind {
        /** A {@link io.tamor.jobs.learner.logic.ReplicaReport}, with every checkpoint. */
        REPORT,

        /** A closed window of metrics: a metric table. */
        WINDOW,

        /** A user's row to be published with a version: its values; null deletes it. */
        USER_ROW
    }

    public Kind kind = Kind.REPORT;

    /** {@link #version} of a row that leaves with the last version of a bounded input. */
    public static final long LAST_VERSION = 0;

    /** The published version that a user's row belongs to. */
    public long version = LAST_VERSION;

    /** Index of the learner's subtask. */
    public int replica;

    /** The user of a row, else empty. */
    public String userId = "";

    /** A window's start; when a row was trained last; epoch milliseconds. */
    public long timeMs;

    /** Bytes of a report or window. */
    public byte @Nullable [] payload;

    /** Values of a user's row. */
    public float @Nullable [] row;
}
