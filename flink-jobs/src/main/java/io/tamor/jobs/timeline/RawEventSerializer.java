package io.tamor.jobs.timeline;

import io.tamor.jobs.io.FormVersion;
import io.tamor.jobs.io.RecordSerializer;
import io.tamor.jobs.io.SerializerTypeInfo;
import io.tamor.jobs.timeline.logic.EventKind;
import io.tamor.jobs.timeline.logic.Population;
import io.tamor.jobs.timeline.logic.RawEvent;
import io.tamor.schemas.RejectionCause;
import java.io.IOException;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.apache.flink.types.StringValue;
import org.jspecify.annotations.Nullable;

/**
 * Serializes {@link RawEvent}, between operators and in state. Each event carries its form's
 * version: bytes of an older build stay readable.
 *
 * <pre>
 * version 1   kind + 4 * cause (0 none, 1 undecodable, 2 invalid,   1 byte, with 16 * version
 *             3 late)
 *             user id                                               string
 *             time, partition, offset                               8, 4, 8 bytes
 *             detail                                                string, where there is a cause
 *             payload                                               4 bytes of length, bytes
 * version 2   as 1, then what it was told: feature schema, values   8 bytes; count, 8 bytes each
 * </pre>
 *
 * Version 2 is written only for impressions that were told something.
 */
public final class RawEventSerializer extends RecordSerializer<RawEvent> {
    public static final RawEventSerializer INSTANCE = new RawEventSerializer();

    /** The type of the four streams. */
    public static final TypeInformation<RawEvent> TYPE =
            new SerializerTypeInfo<>(RawEvent.class, INSTANCE);

    private static final int UNTOLD = 1;
    private static final int TOLD = 2;

    @Override
    public RawEvent createInstance() {
        return new RawEvent(EventKind.IMPRESSION, "", 0, 0, 0, new byte[0]);
    }

    @Override
    public void serialize(RawEvent event, DataOutputView target) throws IOException {
        int cause = causeCode(event.cause());
        Population population = event.population();
        int version = population == null ? UNTOLD : TOLD;
        target.writeByte(version << 4 | cause << 2 | event.kind().code());
        StringValue.writeString(event.userId(), target);
        target.writeLong(event.timeMs());
        target.writeInt(event.partition());
        target.writeLong(event.offset());
        if (cause != 0) {
            StringValue.writeString(event.detail(), target);
        }
        target.writeInt(event.payload().length);
        target.write(event.payload());
        if (population != null) {
            target.writeLong(population.featureSchema());
            target.writeInt(population.values().length);
            for (double value : population.values()) {
                target.writeDouble(value);
            }
        }
    }

    @Override
    public RawEvent deserialize(DataInputView source) throws IOException {
        int head = source.readUnsignedByte();
        int version = FormVersion.require("event", UNTOLD, TOLD, head >>> 4);
        EventKind kind = EventKind.of(head & 3);
        RejectionCause cause = causeOf(head >>> 2 & 3);
        String userId = StringValue.readString(source);
        long timeMs = source.readLong();
        int partition = source.readInt();
        long offset = source.readLong();
        String detail = cause == null ? "" : StringValue.readString(source);
        byte[] payload = new byte[source.readInt()];
        source.readFully(payload);
        RawEvent event =
                new RawEvent(kind, userId, timeMs, partition, offset, payload, cause, detail);
        return version == TOLD ? event.told(population(source)) : event;
    }

    private static Population population(DataInputView source) throws IOException {
        long featureSchema = source.readLong();
        double[] values = new double[source.readInt()];
        for (int i = 0; i < values.length; i++) {
            values[i] = source.readDouble();
        }
        return new Population(featureSchema, values);
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
        if (cause == RejectionCause.LATE) {
            return 3;
        }
        throw new IllegalArgumentException(
                "an event is refused on arrival as UNDECODABLE, INVALID or LATE, was " + cause);
    }

    private static @Nullable RejectionCause causeOf(int code) throws IOException {
        return switch (code) {
            case 0 -> null;
            case 1 -> RejectionCause.UNDECODABLE;
            case 2 -> RejectionCause.INVALID;
            case 3 -> RejectionCause.LATE;
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
