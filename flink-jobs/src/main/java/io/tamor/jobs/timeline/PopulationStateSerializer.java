package io.tamor.jobs.timeline;

import io.tamor.jobs.timeline.logic.PopulationState;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.base.TypeSerializerSingleton;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.core.memory.DataOutputView;

/** Serializes {@link PopulationState}, which versions its own bytes. */
public final class PopulationStateSerializer extends TypeSerializerSingleton<PopulationState> {
    public static final PopulationStateSerializer INSTANCE = new PopulationStateSerializer();

    @Override
    public boolean isImmutableType() {
        return false;
    }

    @Override
    public PopulationState createInstance() {
        return new PopulationState();
    }

    @Override
    public PopulationState copy(PopulationState from) {
        try {
            DataOutputSerializer out = new DataOutputSerializer(256);
            from.write(out);
            return PopulationState.read(new DataInputDeserializer(out.wrapAsByteBuffer()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public PopulationState copy(PopulationState from, PopulationState reuse) {
        return copy(from);
    }

    @Override
    public int getLength() {
        return -1;
    }

    @Override
    public void serialize(PopulationState state, DataOutputView target) throws IOException {
        state.write(target);
    }

    @Override
    public PopulationState deserialize(DataInputView source) throws IOException {
        return PopulationState.read(source);
    }

    @Override
    public PopulationState deserialize(PopulationState reuse, DataInputView source)
            throws IOException {
        return PopulationState.read(source);
    }

    @Override
    public void copy(DataInputView source, DataOutputView target) throws IOException {
        PopulationState.read(source).write(target);
    }

    @Override
    public TypeSerializerSnapshot<PopulationState> snapshotConfiguration() {
        return new Snapshot();
    }

    /** What a checkpoint remembers of the serializer. */
    public static final class Snapshot extends SimpleTypeSerializerSnapshot<PopulationState> {
        public Snapshot() {
            super(() -> INSTANCE);
        }
    }
}
