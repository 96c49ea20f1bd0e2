package io.tamor.jobs.timeline;

import io.tamor.jobs.timeline.logic.PendingImpression;
import io.tamor.jobs.timeline.logic.RawEvent;
import io.tamor.model.embedding.FeatureHash;
import java.io.IOException;
import java.util.Arrays;
import java.util.Comparator;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.types.StringValue;
import org.jspecify.annotations.Nullable;

/**
 * Something that is due at an instant of event time: an event to be applied, a stage of an
 * impression to be closed, or a user to be looked at for what can be forgotten. At one instant they
 * are due in this order, since windows include their end.
 *
 * <pre>
 * stored form   kind + 4 * version                       1 byte
 *               time less the start of its bucket        4 bytes
 *               event: as RawEventSerializer writes it
 *               stage: user id, version of the labels' form, labels, features
 *               look:  user id
 * </pre>
 */
final class Due {
    /** What is to be done, in the order in which it is due at one instant. */
    enum Kind {
        EVENT(2),
        STAGE(0),
        LOOK(3);

        /** In the stored form, and as the two lowest bits of a key. */
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

    /** The order in which things are done; the key only makes it total. */
    static final Comparator<Due> ORDER = Due::compare;

    private static final int VERSION = 1;
    private static final int CODES = 3;

    /** Added to the key of a stage: labels beside it. In a sorted store they are neighbours. */
    private static final int LABELS = 1;

    private static final byte[] NOTHING = {};

    final Kind kind;
    final long atMs;
    final String user;

    /** Tells apart what is due in one bucket. */
    final long key;

    final @Nullable RawEvent event;

    /** Owned by this; the user's state has a copy of its own. */
    @Nullable PendingImpression impression;

    private final byte[] frozen;

    /** Where it is in keyed state: itself, and newer labels beside it. */
    boolean stored;

    boolean labelsStored;

    private Due(
            Kind kind,
            long atMs,
            String user,
            long key,
            @Nullable RawEvent event,
            @Nullable PendingImpression impression,
            byte[] frozen) {
        this.kind = kind;
        this.atMs = atMs;
        this.user = user;
        this.key = key;
        this.event = event;
        this.impression = impression;
        this.frozen = frozen;
    }

    static Due event(RawEvent event) {
        long place = event.offset() * 31 + event.partition();
        long hash = mixed(place * 4 + event.kind().code(), Arrays.hashCode(event.payload()));
        return new Due(
                Kind.EVENT,
                event.timeMs(),
                event.userId(),
                key(Kind.EVENT, hash),
                event,
                null,
                NOTHING);
    }

    static Due stage(String user, PendingImpression impression, byte[] frozen) {
        return new Due(
                Kind.STAGE,
                impression.dueMs(),
                user,
                stageKey(user, impression),
                null,
                impression,
                frozen);
    }

    static Due look(String user, long atMs) {
        return new Due(
                Kind.LOOK, atMs, user, key(Kind.LOOK, FeatureHash.hash(user)), null, null, NOTHING);
    }

    /** Key of the stage that an impression waits for. */
    static long stageKey(String user, PendingImpression impression) {
        return key(Kind.STAGE, mixed(FeatureHash.hash(user), impression.id()));
    }

    /** Key beside a stage's: labels that have changed since the stage was stored. */
    static long labelsKey(long stageKey) {
        return stageKey | LABELS;
    }

    static boolean isLabels(long key) {
        return (key & CODES) == LABELS;
    }

    private static long key(Kind kind, long hash) {
        return (hash & ~(long) CODES) | kind.code;
    }

    /** The finalizer of SplitMix64 (Steele, Lea, Flood, OOPSLA 2014) over both. */
    private static long mixed(long a, long b) {
        long z = a * 0x9E3779B97F4A7C15L + b;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }

    PendingImpression impression() {
        PendingImpression open = impression;
        if (open == null) {
            throw new IllegalStateException("not a stage");
        }
        return open;
    }

    RawEvent event() {
        RawEvent waiting = event;
        if (waiting == null) {
            throw new IllegalStateException("not an event");
        }
        return waiting;
    }

    byte[] frozen() {
        return frozen;
    }

    private static int compare(Due a, Due b) {
        if (a.atMs != b.atMs) {
            return a.atMs < b.atMs ? -1 : 1;
        }
        return a.kind != b.kind ? a.kind.compareTo(b.kind) : Long.compare(a.key, b.key);
    }

    byte[] toBytes(DataOutputSerializer out, long bucketMs) throws IOException {
        out.clear();
        out.writeByte(VERSION << 2 | kind.code);
        out.writeInt((int) (atMs - bucketMs));
        switch (kind) {
            case EVENT -> RawEventSerializer.INSTANCE.serialize(event(), out);
            case STAGE -> {
                StringValue.writeString(user, out);
                impression().writeVersioned(out);
                out.write(frozen);
            }
            case LOOK -> StringValue.writeString(user, out);
        }
        return out.getCopyOfBuffer();
    }

    static byte[] labelBytes(DataOutputSerializer out, PendingImpression impression)
            throws IOException {
        out.clear();
        impression.writeVersioned(out);
        return out.getCopyOfBuffer();
    }

    /** Reads a stored form; it is marked as stored. */
    static Due read(DataInputDeserializer in, long bucketMs, long key) throws IOException {
        int head = in.readUnsignedByte();
        int version = head >>> 2;
        if (version != VERSION) {
            throw new IOException(
                    "due: form version "
                            + version
                            + ", this build reads "
                            + VERSION
                            + "; restore with the build that wrote it or a newer one");
        }
        Kind kind = Kind.of(head & CODES);
        long atMs = bucketMs + in.readInt();
        Due due =
                switch (kind) {
                    case EVENT -> {
                        RawEvent event = RawEventSerializer.INSTANCE.deserialize(in);
                        yield new Due(kind, atMs, event.userId(), key, event, null, NOTHING);
                    }
                    case STAGE -> {
                        String user = StringValue.readString(in);
                        PendingImpression impression = PendingImpression.readVersioned(in);
                        byte[] frozen = new byte[in.available()];
                        in.readFully(frozen);
                        yield new Due(kind, atMs, user, key, null, impression, frozen);
                    }
                    case LOOK ->
                            new Due(
                                    kind,
                                    atMs,
                                    StringValue.readString(in),
                                    key,
                                    null,
                                    null,
                                    NOTHING);
                };
        due.stored = true;
        return due;
    }

    /** Takes newer labels, as {@link #labelBytes} wrote them. */
    void readLabels(DataInputDeserializer in) throws IOException {
        impression = PendingImpression.readVersioned(in);
        labelsStored = true;
    }
}
