package io.tamor.jobs.kill;

import java.io.IOException;
import java.util.Collection;
import java.util.List;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.StatefulSinkWriter;
import org.apache.flink.api.connector.sink2.SupportsWriterState;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/** Takes nothing, and fails in a checkpoint: inside the task of the operator it is chained to. */
public record FaultySink<T>(TestingFaults faults)
        implements Sink<T>, SupportsWriterState<T, String> {
    public static final String SNAPSHOT = "in-a-checkpoint";

    @Override
    public StatefulSinkWriter<T, String> createWriter(WriterInitContext context) {
        return new Writer<>(faults);
    }

    @Override
    public StatefulSinkWriter<T, String> restoreWriter(
            WriterInitContext context, Collection<String> state) {
        return new Writer<>(faults);
    }

    @Override
    public SimpleVersionedSerializer<String> getWriterStateSerializer() {
        return new NoState();
    }

    private record Writer<T>(TestingFaults faults) implements StatefulSinkWriter<T, String> {
        @Override
        public void write(T element, Context context) {
            throw new IllegalStateException("nothing was expected here, found " + element);
        }

        @Override
        public void flush(boolean endOfInput) {
            // Nothing is ever taken.
        }

        @Override
        public List<String> snapshotState(long checkpointId) {
            faults.at(SNAPSHOT);
            return List.of();
        }

        @Override
        public void close() {
            // Nothing is held.
        }
    }

    private static final class NoState implements SimpleVersionedSerializer<String> {
        @Override
        public int getVersion() {
            return 1;
        }

        @Override
        public byte[] serialize(String state) {
            return new byte[0];
        }

        @Override
        public String deserialize(int version, byte[] serialized) throws IOException {
            return "";
        }
    }
}
