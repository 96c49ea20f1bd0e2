package io.tamor.jobs.timeline;

import io.tamor.jobs.timeline.logic.PendingImpression;
import io.tamor.jobs.timeline.logic.RawEvent;
import java.io.IOException;
import java.util.Comparator;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.apache.flink.types.StringValue;
import org.jspecify.annotations.Nullable;

/**
 * Something that is due at an instant of event time: an event to be applied, a stage of an
 * impression to be closed, or a user to be looked at for what can be forgotten; and newer labels
 * for a stage that waits. At one instant they are due in this order, since windows include their
 * end.
 *
 * <pre>
 * stored form   kind                               1 byte
 *               time less the start of its chunk   4 bytes
 *               event:         as RawEventSerializer writes it
 *               stage:         user id, length and bytes of the features, labels
 *               look:          user id
 *               newer labels:  user id, labels
 * </pre>
 *
 * The labels of a stage say nothing that its features or its time say. Before version 3 of {@link
 * DueChunks} they said all, and came before the features.
 */
final class Due {
    /** What is to be done, in the order in which it is due at one instant. */
    enum Kind {
        EVENT(0),
        STAGE(1),
        LOOK(2),
        LABELS(3);

        private final int code;

        Kind(int code) {
            this.code = code;
        }

        private static Kind of(int code) throws IOException {
            for (Kind kind : values()) {
                if (kind.code == code) {
                    return kind;
                }
            }
            throw new IOException("due: unknown kind " + code + ": the stored state is damaged");
        }
    }

    /** The order in which things are done; users and impressions only make it nearly total. */
    static final Comparator<Due> ORDER = Due::compare;

    private static final byte[] NOTHING = {};

    /** Comes behind every number of a chunk. */
    private static final long UNWRITTEN = Long.MAX_VALUE;

    final Kind kind;
    final long atMs;
    final String user;
    final @Nullable RawEvent event;
    private @Nullable PendingImpression impression;
    private final byte[] frozen;

    /** True where keyed state has it, and with these labels. */
    boolean stored;

    /** Number of the chunk that it was read from. */
    long chunk = UNWRITTEN;

    private Due(
            Kind kind,
            long atMs,
            String user,
            @Nullable RawEvent event,
            @Nullable PendingImpression impression,
            byte[] frozen) {
        this.kind = kind;
        this.atMs = atMs;
        this.user = user;
        this.event = event;
        this.impression = impression;
        this.frozen = frozen;
    }

    static Due event(RawEvent event) {
        return new Due(Kind.EVENT, event.timeMs(), event.userId(), event, null, NOTHING);
    }

    /**
     * @param impression owned by this from now on; the user's state has one of its own
     * @param frozen the impression's features
     */
    static Due stage(String user, PendingImpression impression, byte[] frozen) {
        return new Due(Kind.STAGE, impression.dueMs(), user, null, impression, frozen);
    }

    static Due look(String user, long atMs) {
        return new Due(Kind.LOOK, atMs, user, null, null, NOTHING);
    }

    /** What outcomes have made of an impression whose stage waits; owned by this from now on. */
    static Due labels(String user, PendingImpression impression) {
        return new Due(Kind.LABELS, impression.dueMs(), user, null, impression, NOTHING);
    }

    /** Names the impression of a stage among those that are due in one bucket. */
    record Name(String user, long impression) {}

    Name name() {
        return new Name(user, impression().id());
    }

    RawEvent event() {
        RawEvent waiting = event;
        if (waiting == null) {
            throw new IllegalStateException("not an event");
        }
        return waiting;
    }

    PendingImpression impression() {
        PendingImpression open = impression;
        if (open == null) {
            throw new IllegalStateException("not a stage");
        }
        return open;
    }

    byte[] frozen() {
        return frozen;
    }

    /** Takes newer labels. */
    void relabel(PendingImpression newer) {
        if (newer.dueMs() != atMs) {
            throw new IllegalStateException(
                    "newer labels are due at "
                            + newer.dueMs()
                            + ", their impression's stage at "
                            + atMs
                            + ": the state is damaged");
        }
        impression = newer;
    }

    private static int compare(Due a, Due b) {
        if (a.atMs != b.atMs) {
            return a.atMs < b.atMs ? -1 : 1;
        }
        if (a.kind != b.kind || a.kind == Kind.EVENT) {
            return a.kind.compareTo(b.kind);
        }
        int order = a.user.compareTo(b.user);
        return order == 0 && a.kind == Kind.STAGE
                ? Long.compare(a.impression().id(), b.impression().id())
                : order;
    }

    void write(DataOutputView out, long chunkMs) throws IOException {
        out.writeByte(kind.code);
        out.writeInt((int) (atMs - chunkMs));
        if (kind == Kind.EVENT) {
            RawEventSerializer.INSTANCE.serialize(event(), out);
            return;
        }
        StringValue.writeString(user, out);
        if (kind == Kind.LABELS) {
            impression().write(out);
        } else if (kind == Kind.STAGE) {
            out.writeInt(frozen.length);
            out.write(frozen);
            impression().writeBesideFeatures(out);
        }
    }

    /**
     * @param version of the chunk's form
     * @param labelsVersion version of the labels' form
     */
    static Due read(DataInputView in, long chunkMs, int version, int labelsVersion)
            throws IOException {
        Kind kind = Kind.of(in.readByte());
        long atMs = chunkMs + in.readInt();
        if (kind == Kind.EVENT) {
            return event(RawEventSerializer.INSTANCE.deserialize(in));
        }
        String user = StringValue.readString(in);
        if (kind == Kind.LOOK) {
            return look(user, atMs);
        }
        if (kind == Kind.LABELS) {
            return labels(user, PendingImpression.read(in, labelsVersion));
        }
        if (version < 3) {
            PendingImpression impression = PendingImpression.read(in, labelsVersion);
            return stage(user, impression, readFeatures(in, version));
        }
        byte[] frozen = readFeatures(in, version);
        return stage(
                user,
                PendingImpression.readBesideFeatures(in, frozen, atMs, labelsVersion),
                frozen);
    }

    private static byte[] readFeatures(DataInputView in, int version) throws IOException {
        int length = version < 5 ? in.readUnsignedShort() : in.readInt();
        byte[] frozen = new byte[length];
        in.readFully(frozen);
        return frozen;
    }
}
