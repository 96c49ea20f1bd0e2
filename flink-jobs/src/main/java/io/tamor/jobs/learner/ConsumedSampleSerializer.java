package io.tamor.jobs.learner;

import io.tamor.jobs.io.RecordSerializer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * Serializes {@link ConsumedSample}: partition, offset, timestamp, then length and UTF-8 of the
 * user, length and bytes of the payload. The learner reads one a sample, so it is written out.
 */
public final class ConsumedSampleSerializer extends RecordSerializer<ConsumedSample> {
    static final ConsumedSampleSerializer INSTANCE = new ConsumedSampleSerializer();

    @Override
    public ConsumedSample createInstance() {
        return new ConsumedSample();
    }

    @Override
    public void serialize(ConsumedSample record, DataOutputView target) throws IOException {
        target.writeInt(record.partition);
        target.writeLong(record.offset);
        target.writeLong(record.timestampMs);
        byte[] user = record.userId.getBytes(StandardCharsets.UTF_8);
        target.writeInt(user.length);
        target.write(user);
        target.writeInt(record.payload.length);
        target.write(record.payload);
    }

    @Override
    public ConsumedSample deserialize(DataInputView source) throws IOException {
        ConsumedSample sample = new ConsumedSample();
        sample.partition = source.readInt();
        sample.offset = source.readLong();
        sample.timestampMs = source.readLong();
        sample.userId = new String(bytes(source), StandardCharsets.UTF_8);
        sample.payload = bytes(source);
        return sample;
    }

    private static byte[] bytes(DataInputView source) throws IOException {
        byte[] bytes = new byte[source.readInt()];
        source.readFully(bytes);
        return bytes;
    }

    @Override
    public TypeSerializerSnapshot<ConsumedSample> snapshotConfiguration() {
        return new Snapshot();
    }

    /** What a checkpoint remembers of the serializer. */
    public static final class Snapshot extends SimpleTypeSerializerSnapshot<ConsumedSample> {
        public Snapshot() {
            super(() -> INSTANCE);
        }
    }
}
