package io.tamor.jobs.learner;

import java.io.IOException;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.base.TypeSerializerSingleton;
import org.apache.flink.api.common.typeutils.base.array.BytePrimitiveArraySerializer;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * Bytes in operator state that nobody changes once they are there: a checkpoint shares them where
 * Flink's own serializer would copy a whole model. Their stored form is that of Flink's.
 */
final class StatePieces extends TypeSerializerSingleton<byte[]> {
    static final StatePieces INSTANCE = new StatePieces();
    private static final BytePrimitiveArraySerializer PLAIN = BytePrimitiveArraySerializer.INSTANCE;

    private StatePieces() {}

    /** A list of them. */
    static ListStateDescriptor<byte[]> named(String name) {
        return new ListStateDescriptor<>(name, INSTANCE);
    }

    @Override
    public boolean isImmutableType() {
        return true;
    }

    @Override
    public byte[] createInstance() {
        return PLAIN.createInstance();
    }

    @Override
    public byte[] copy(byte[] from) {
        return from;
    }

    @Override
    public byte[] copy(byte[] from, byte[] reuse) {
        return from;
    }

    @Override
    public int getLength() {
        return PLAIN.getLength();
    }

    @Override
    public void serialize(byte[] bytes, DataOutputView target) throws IOException {
        PLAIN.serialize(bytes, target);
    }

    @Override
    public byte[] deserialize(DataInputView source) throws IOException {
        return PLAIN.deserialize(source);
    }

    @Override
    public byte[] deserialize(byte[] reuse, DataInputView source) throws IOException {
        return PLAIN.deserialize(source);
    }

    @Override
    public void copy(DataInputView source, DataOutputView target) throws IOException {
        PLAIN.copy(source, target);
    }

    @Override
    public TypeSerializerSnapshot<byte[]> snapshotConfiguration() {
        return PLAIN.snapshotConfiguration();
    }
}
