package io.tamor.jobs.kill;

import java.io.IOException;
import org.apache.flink.api.common.JobID;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.runtime.state.CheckpointStateOutputStream;
import org.apache.flink.runtime.state.CheckpointStateToolset;
import org.apache.flink.runtime.state.CheckpointStorage;
import org.apache.flink.runtime.state.CheckpointStorageAccess;
import org.apache.flink.runtime.state.CheckpointStorageFactory;
import org.apache.flink.runtime.state.CheckpointStorageLocation;
import org.apache.flink.runtime.state.CheckpointStorageLocationReference;
import org.apache.flink.runtime.state.CheckpointStreamFactory;
import org.apache.flink.runtime.state.CompletedCheckpointStorageLocation;
import org.apache.flink.runtime.state.storage.FileSystemCheckpointStorage;

/**
 * Flink's own checkpoint storage, which fails as state is written to it by the asynchronous part of
 * a checkpoint, or has the process of the task die meanwhile; or fails once all tasks have written
 * and the job manager concludes the checkpoint.
 */
public record FaultyStorage(CheckpointStorage storage, TestingFaults faults)
        implements CheckpointStorage {
    public static final String WRITTEN = "as-a-checkpoint-is-written";
    public static final String LOST = "as-a-checkpoint-is-written-task-manager-lost";
    public static final String CONCLUDED = "as-a-checkpoint-is-concluded";

    private static final ConfigOption<String> RUN =
            ConfigOptions.key("testing.run").stringType().noDefaultValue();

    /** Has a job store its checkpoints here. */
    public static void use(Configuration configuration, TestingFaults faults) {
        configuration.set(CheckpointingOptions.CHECKPOINT_STORAGE, Factory.class.getName());
        configuration.set(RUN, faults.run());
    }

    /** Named in a configuration, called by Flink on both sides. */
    public static final class Factory implements CheckpointStorageFactory<FaultyStorage> {
        @Override
        public FaultyStorage createFromConfig(ReadableConfig config, ClassLoader classLoader) {
            return new FaultyStorage(
                    FileSystemCheckpointStorage.createFromConfig(config, classLoader),
                    TestingFaults.of(config.get(RUN)));
        }
    }

    @Override
    public CompletedCheckpointStorageLocation resolveCheckpoint(String pointer) throws IOException {
        return storage.resolveCheckpoint(pointer);
    }

    @Override
    public CheckpointStorageAccess createCheckpointStorage(JobID job) throws IOException {
        return new Access(storage.createCheckpointStorage(job), faults);
    }

    private record Access(CheckpointStorageAccess access, TestingFaults faults)
            implements CheckpointStorageAccess {
        @Override
        public boolean supportsHighlyAvailableStorage() {
            return access.supportsHighlyAvailableStorage();
        }

        @Override
        public boolean hasDefaultSavepointLocation() {
            return access.hasDefaultSavepointLocation();
        }

        @Override
        public CompletedCheckpointStorageLocation resolveCheckpoint(String pointer)
                throws IOException {
            return access.resolveCheckpoint(pointer);
        }

        @Override
        public void initializeBaseLocationsForCheckpoint() throws IOException {
            access.initializeBaseLocationsForCheckpoint();
        }

        @Override
        public CheckpointStorageLocation initializeLocationForCheckpoint(long checkpoint)
                throws IOException {
            return new FaultyLocation(access.initializeLocationForCheckpoint(checkpoint), faults);
        }

        @Override
        public CheckpointStorageLocation initializeLocationForSavepoint(
                long checkpoint, String location) throws IOException {
            return access.initializeLocationForSavepoint(checkpoint, location);
        }

        @Override
        public CheckpointStreamFactory resolveCheckpointStorageLocation(
                long checkpoint, CheckpointStorageLocationReference reference) throws IOException {
            // Asked by the task's own thread: whoever else writes is the asynchronous part.
            return new FaultyStreams(
                    access.resolveCheckpointStorageLocation(checkpoint, reference),
                    Thread.currentThread(),
                    faults);
        }

        @Override
        public CheckpointStateOutputStream createTaskOwnedStateStream() throws IOException {
            return access.createTaskOwnedStateStream();
        }

        @Override
        public CheckpointStateToolset createTaskOwnedCheckpointStateToolset() {
            return access.createTaskOwnedCheckpointStateToolset();
        }
    }
}
