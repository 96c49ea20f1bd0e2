package io.tamor.jobs.timeline;

import io.tamor.jobs.config.AggregateOptions.Events;
import io.tamor.jobs.io.FormVersion;
import io.tamor.jobs.io.RecordSerializer;
import io.tamor.jobs.io.SerializerTypeInfo;
import io.tamor.jobs.timeline.logic.PopulationEvent;
import io.tamor.jobs.timeline.logic.RawEvent;
import java.io.IOException;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.apache.flink.types.StringValue;

/**
 * Serializes {@link PopulationEvent}, between operators and in state.
 *
 * <pre>
 * version 1   version                                               1 byte
 *             events: 1 impressions, 2 clicks, 3 conversions,
 *             4 investments, 5 redemptions; + 16 with a record      1 byte
 *             group, id                                             strings
 *             time, scenario, amount                                8, 4, 8 bytes
 *             the record of an impression                           {@link RawEventSerializer}
 * </pre>
 */
public final class PopulationEventSerializer extends RecordSerializer<PopulationEvent> {
    public static final PopulationEventSerializer INSTANCE = new PopulationEventSerializer();

    /** The type of the streams into a stage. */
    static final TypeInformation<PopulationEvent> TYPE =
            new SerializerTypeInfo<>(PopulationEvent.class, INSTANCE);

    private static final int VERSION = 1;
    private static final int RECORD = 16;

    @Override
    public PopulationEvent createInstance() {
        return new PopulationEvent("", Events.CLICKS, 0, "", 0, 0, null);
    }

    @Override
    public void serialize(PopulationEvent event, DataOutputView target) throws IOException {
        RawEvent impression = event.impression();
        target.writeByte(VERSION);
        target.writeByte(code(event.events()) | (impression == null ? 0 : RECORD));
        StringValue.writeString(event.group(), target);
        StringValue.writeString(event.id(), target);
        target.writeLong(event.timeMs());
        target.writeInt(event.scenario());
        target.writeLong(event.amountMinor());
        if (impression != null) {
            RawEventSerializer.INSTANCE.serialize(impression, target);
        }
    }

    @Override
    public PopulationEvent deserialize(DataInputView source) throws IOException {
        FormVersion.require("population event", VERSION, VERSION, source.readByte());
        int head = source.readByte();
        String group = StringValue.readString(source);
        String id = StringValue.readString(source);
        return new PopulationEvent(
                group,
                eventsOf(head & (RECORD - 1)),
                source.readLong(),
                id,
                source.readInt(),
                source.readLong(),
                (head & RECORD) == 0 ? null : RawEventSerializer.INSTANCE.deserialize(source));
    }

    private static int code(Events events) {
        return switch (events) {
            case IMPRESSIONS -> 1;
            case CLICKS -> 2;
            case CONVERSIONS -> 3;
            case INVESTMENTS -> 4;
            case REDEMPTIONS -> 5;
        };
    }

    private static Events eventsOf(int code) throws IOException {
        return switch (code) {
            case 1 -> Events.IMPRESSIONS;
            case 2 -> Events.CLICKS;
            case 3 -> Events.CONVERSIONS;
            case 4 -> Events.INVESTMENTS;
            case 5 -> Events.REDEMPTIONS;
            default -> throw new IOException("population event: unknown kind " + code);
        };
    }

    @Override
    public TypeSerializerSnapshot<PopulationEvent> snapshotConfiguration() {
        return new Snapshot();
    }

    /** What a checkpoint remembers of the serializer; the form's version is in each event. */
    public static final class Snapshot extends SimpleTypeSerializerSnapshot<PopulationEvent> {
        public Snapshot() {
            super(() -> INSTANCE);
        }
    }
}
