package io.tamor.jobs.timeline;

import io.tamor.jobs.timeline.logic.UserState;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.base.TypeSerializerSingleton;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.core.memory.DataOutputView;

/** Serializes {@link UserState}, which versions its own bytes. */
public final class UserStateSerializer extends TypeSerializerSingleton<UserState> {
    public static final UserStateSerializer INSTANCE = new UserStateSerializer();

    @Override
    public boolean isImmutableType() {
        return false;
    }

    @Override
    public UserState createInstance() {
        return new UserState();
    }

    @Override
    public UserState copy(UserState from) {
        try {
            DataOutputSerializer out = new DataOutputSerializer(256);
            from.write(out);
            return UserState.read(new DataInputDeserializer(out.wrapAsByteBuffer()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public UserState copy(UserState from, UserState reuse) {
        return copy(from);
    }

    @Override
    public int getLength() {
        return -1;
    }

    @Override
    public void serialize(UserState state, DataOutputView target) throws IOException {
        state.write(target);
    }

    @Override
    public UserState deserialize(DataInputView source) throws IOException {
        return UserState.read(source);
    }

    @Override
    public UserState deserialize(UserState reuse, DataInputView source) throws IOException {
        return UserState.read(source);
    }

    @Override
    public void copy(DataInputView source, DataOutputView target) throws IOException {
        UserState.read(source).write(target);
    }

    @Override
    public TypeSerializerSnapshot<UserState> snapshotConfiguration() {
        return new Snapshot();
    }

    /** What a checkpoint remembers of the serializer. */
    public static final class Snapshot extends SimpleTypeSerializerSnapshot<UserState> {
        public Snapshot() {
            super(() -> INSTANCE);
        }
    }
}
