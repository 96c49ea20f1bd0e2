package io.tamor.jobs.timeline;

import io.tamor.jobs.io.SerializerTypeInfo;
import io.tamor.jobs.timeline.logic.EventKind;
import io.tamor.jobs.timeline.logic.RawEvent;
import io.tamor.schemas.RejectionCause;
import java.io.IOException;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.base.TypeSerializerSingleton;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.apache.flink.types.StringValue;
import org.jspecify.annotations.Nullable;

/**
 * Serializes {@link RawEvent}, between operators and in state. Each event carries its form's
 * version: bytes of an older build stay readable.
 *
 * <pre>
 * version 1   kind + 4 * cause (0 none, 1 undecodable, 2 invalid)   1 byte, with 16 * version
 *             user id                                               string
 *             time, partition, offset                               8, 4, 8 bytes
 *             detail                                                string, where there is a cause
 *             payload                                               4 bytes of length, bytes
 * </pre>
 */
public final class RawEventSerializer extends TypeSerializerSingleton<RawEvent> {
    public static final RawEventSerializer INSTANCE = new RawEventSerializer();

    /** The type of the four streams. */
    public static final TypeInformation<RawEvent> TYPE =
            new SerializerTypeInfo<>(RawEvent.class, INSTANCE);

    private static final int VERSION = 1;

    @Override
    public boolean isImmutableType() {
        return true;
    }

    @Override
    public RawEvent createInstance() {
        return new RawEvent(EventKind.IMPRESSION, "", 0, 0, 0, new byte[0]);
    }

    @Override
    public RawEvent copy(RawEvent from) {
        return from;
    }

    @Override
    public RawEvent copy(RawEvent from, RawEvent reuse) {
        return from;
    }

    @Override
    public int getLength() {
        return -1;
    }

    @Override
    public void serialize(RawEvent event, DataOutputView target) throws IOException {
        int cause = causeCode(event.cause());
        target.writeByte(VERSION << 4 | cause << 2 | event.kind().code());
        StringValue.writeString(event.userId(), target);
        target.writeLong(event.timeMs());
        target.writeInt(event.partition());
        target.writeLong(event.offset());
        if (cause != 0) {
            StringValue.writeString(event.detail(), target);
        }
        target.writeInt(event.payload().length);
        target.write(event.payload());
    }

    @Override
    public RawEvent deserialize(DataInputView source) throws IOException {
        int head = source.readUnsignedByte();
        if (head >>> 4 != VERSION) {
            throw new IOException(
                    "event: form version "
                            + (head >>> 4)
                            + ", this build reads 1 to "
                            + VERSION
                            + "; restore with the build that wrote it or a newer one");
        }
        EventKind kind = EventKind.of(head & 3);
        RejectionCause cause = causeOf(head >>> 2 & 3);
        String userId = StringValue.readString(source);
        long timeMs = source.readLong();
        int partition = source.readInt();
        long offset = source.readLong();
        String detail = cause == null ? "" : StringValue.readString(source);
        byte[] payload = new byte[source.readInt()];
        source.readFully(payload);
        return new RawEvent(kind, userId, timeMs, partition, offset, payload, cause, detail);
    }

    @Override
    public RawEvent deserialize(RawEvent reuse, DataInputView source) throws IOException {
        return deserialize(source);
    }

    @Override
    public void copy(DataInputView source, DataOutputView target) throws IOException {
        serialize(deserialize(source), target);
    }

    private static int causeCode(@Nullable RejectionCause cause) {
        if (cause == null) {
            return 0;
        }
        if (cause == RejectionCause.UNDECODABLE) {
            return 1;
        }
        if (cause == RejectionCause.INVALID) {
            return 2;
        }
        throw new IllegalArgumentException(
                "an event is refused on arrival as UNDECODABLE or INVALID, was " + cause);
    }

    private static @Nullable RejectionCause causeOf(int code) throws IOException {
        return switch (code) {
            case 0 -> null;
            case 1 -> RejectionCause.UNDECODABLE;
            case 2 -> RejectionCause.INVALID;
            default -> throw new IOException("event: unknown cause " + code);
        };
    }

    @Override
    public TypeSerializerSnapshot<RawEvent> snapshotConfiguration() {
        return new Snapshot();
    }

    /** What a checkpoint remembers of the serializer; the form's version is in each event. */
    public static final class Snapshot extends SimpleTypeSerializerSnapshot<RawEvent> {
        public Snapshot() {
            super(() -> INSTANCE);
        }
    }
}
