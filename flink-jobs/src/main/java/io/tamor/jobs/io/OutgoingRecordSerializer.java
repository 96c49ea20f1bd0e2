package io.tamor.jobs.io;

import java.io.IOException;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.apache.flink.types.StringValue;

/** Serializes {@link OutgoingRecord}: key, timestamp, length (-1 for none), bytes. */
public final class OutgoingRecordSerializer extends RecordSerializer<OutgoingRecord> {
    public static final OutgoingRecordSerializer INSTANCE = new OutgoingRecordSerializer();

    private static final int NONE = -1;

    @Override
    public OutgoingRecord createInstance() {
        return new OutgoingRecord("", 0, new byte[0]);
    }

    @Override
    public void serialize(OutgoingRecord record, DataOutputView target) throws IOException {
        StringValue.writeString(record.key(), target);
        target.writeLong(record.timestampMs());
        byte[] value = record.value();
        target.writeInt(value == null ? NONE : value.length);
        if (value != null) {
            target.write(value);
        }
    }

    @Override
    public OutgoingRecord deserialize(DataInputView source) throws IOException {
        String key = StringValue.readString(source);
        long timestampMs = source.readLong();
        int length = source.readInt();
        if (length == NONE) {
            return new OutgoingRecord(key, timestampMs, null);
        }
        byte[] value = new byte[length];
        source.readFully(value);
        return new OutgoingRecord(key, timestampMs, value);
    }

    @Override
    public TypeSerializerSnapshot<OutgoingRecord> snapshotConfiguration() {
        return new Snapshot();
    }

    /** What a checkpoint remembers of the serializer. */
    public static final class Snapshot extends SimpleTypeSerializerSnapshot<OutgoingRecord> {
        public Snapshot() {
            super(() -> INSTANCE);
        }
    }
}
