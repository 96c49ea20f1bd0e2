package io.tamor.jobs.kill;

import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.flink.runtime.state.CheckpointStateOutputStream;
import org.apache.flink.runtime.state.CheckpointStreamFactory;
import org.apache.flink.runtime.state.CheckpointedStateScope;
import org.apache.flink.runtime.state.StreamStateHandle;

/** What a task writes for one checkpoint; fails where all is written but the end of a stream. */
record FaultyStreams(CheckpointStreamFactory streams, Thread task, TestingFaults faults)
        implements CheckpointStreamFactory {
    @Override
    public CheckpointStateOutputStream createCheckpointStateOutputStream(
            CheckpointedStateScope scope) throws IOException {
        return new Stream(streams.createCheckpointStateOutputStream(scope), task, faults);
    }

    @Override
    public boolean canFastDuplicate(StreamStateHandle handle, CheckpointedStateScope scope)
            throws IOException {
        return streams.canFastDuplicate(handle, scope);
    }

    @Override
    public List<StreamStateHandle> duplicate(
            List<StreamStateHandle> handles, CheckpointedStateScope scope) throws IOException {
        return streams.duplicate(handles, scope);
    }

    @Override
    public void reusePreviousStateHandle(Collection<? extends StreamStateHandle> handles) {
        streams.reusePreviousStateHandle(handles);
    }

    @Override
    public boolean couldReuseStateHandle(StreamStateHandle handle) {
        return streams.couldReuseStateHandle(handle);
    }

    private static final class Stream extends CheckpointStateOutputStream {
        private static final long MOST_WAIT_S = 60;

        private final CheckpointStateOutputStream stream;
        private final Thread task;
        private final TestingFaults faults;
        private final CountDownLatch closed = new CountDownLatch(1);

        Stream(CheckpointStateOutputStream stream, Thread task, TestingFaults faults) {
            this.stream = stream;
            this.task = task;
            this.faults = faults;
        }

        @Override
        public StreamStateHandle closeAndGetHandle() throws IOException {
            if (Thread.currentThread() != task) {
                if (faults.due(FaultyStorage.WRITTEN)) {
                    throw new IOException("failing on purpose: " + FaultyStorage.WRITTEN);
                }
                if (faults.due(FaultyStorage.LOST)) {
                    TestingCluster.loseTaskManager();
                    awaitClose();
                }
            }
            return stream.closeAndGetHandle();
        }

        /** Goes on writing, so to say, until the task that dies closes what it writes. */
        private void awaitClose() throws IOException {
            try {
                if (!closed.await(MOST_WAIT_S, TimeUnit.SECONDS)) {
                    throw new AssertionError("the task has not died");
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            throw new IOException("failing on purpose: " + FaultyStorage.LOST);
        }

        @Override
        public void close() throws IOException {
            closed.countDown();
            stream.close();
        }

        @Override
        public long getPos() throws IOException {
            return stream.getPos();
        }

        @Override
        public void flush() throws IOException {
            stream.flush();
        }

        @Override
        public void sync() throws IOException {
            stream.sync();
        }

        @Override
        public void write(int value) throws IOException {
            stream.write(value);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            stream.write(bytes, offset, length);
        }
    }
}
