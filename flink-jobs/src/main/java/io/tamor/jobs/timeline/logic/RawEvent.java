package io.tamor.jobs.timeline.logic;

import io.tamor.schemas.RejectionCause;
import org.jspecify.annotations.Nullable;

/**
 * An event as it was read: its bytes, what routing and ordering need of them, and where they came
 * from. A record that cannot be used carries the cause and travels on to be rejected and counted.
 *
 * @param userId key of the stream; empty where the record did not decode, and in state of former
 *     builds, where the key is the user
 * @param timeMs event time, epoch milliseconds; the record's timestamp where it did not decode
 * @param payload the record's value, byte for byte
 * @param cause null for a usable event
 * @param detail of the cause, empty without one
 * @param population what an impression was told of all users' events, null where nothing
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody; a copy would cost
public record RawEvent(
        EventKind kind,
        String userId,
        long timeMs,
        int partition,
        long offset,
        byte[] payload,
        @Nullable RejectionCause cause,
        String detail,
        @Nullable Population population) {

    /** An event that was told nothing. */
    public RawEvent(
            EventKind kind,
            String userId,
            long timeMs,
            int partition,
            long offset,
            byte[] payload,
            @Nullable RejectionCause cause,
            String detail) {
        this(kind, userId, timeMs, partition, offset, payload, cause, detail, null);
    }

    /** A usable event. */
    public RawEvent(
            EventKind kind,
            String userId,
            long timeMs,
            int partition,
            long offset,
            byte[] payload) {
        this(kind, userId, timeMs, partition, offset, payload, null, "");
    }

    /** The same event of a user, whom former builds kept as the state's key alone. */
    public RawEvent of(String user) {
        return new RawEvent(
                kind, user, timeMs, partition, offset, payload, cause, detail, population);
    }

    /** The same record, refused. */
    public RawEvent refused(RejectionCause why, String because) {
        return new RawEvent(kind, userId, timeMs, partition, offset, payload, why, because);
    }

    /** The same impression, told of all users' events. */
    public RawEvent told(Population of) {
        return new RawEvent(kind, userId, timeMs, partition, offset, payload, cause, detail, of);
    }
}
