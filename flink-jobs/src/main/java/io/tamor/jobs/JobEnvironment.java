package io.tamor.jobs;

import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.config.FlinkOptions;
import java.util.List;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.ExecutionOptions;
import org.apache.flink.configuration.ExternalizedCheckpointRetention;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.core.execution.CheckpointingMode;
import org.apache.flink.state.rocksdb.RocksDBConfigurableOptions;
import org.rocksdb.CompressionType;

/** What both jobs ask of Flink; memory, restarts and high availability stay the cluster's. */
public final class JobEnvironment {
    private JobEnvironment() {}

    /**
     * Exactly-once checkpoints of RocksDB state, incremental; types and operator ids strict, since
     * state outlives the build that wrote it.
     */
    public static Configuration configure(Deployment deployment) {
        FlinkOptions flink = deployment.flink();
        Configuration configuration = new Configuration();
        configuration.set(CoreOptions.DEFAULT_PARALLELISM, flink.parallelism());
        configuration.set(PipelineOptions.MAX_PARALLELISM, flink.maxParallelism());
        configuration.set(PipelineOptions.AUTO_GENERATE_UIDS, false);
        configuration.set(PipelineOptions.GENERIC_TYPES, false);
        configuration.set(PipelineOptions.OBJECT_REUSE, true);
        configuration.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, flink.checkpointInterval());
        configuration.set(
                CheckpointingOptions.CHECKPOINTING_CONSISTENCY_MODE,
                CheckpointingMode.EXACTLY_ONCE);
        configuration.set(CheckpointingOptions.CHECKPOINT_STORAGE, "filesystem");
        configuration.set(CheckpointingOptions.CHECKPOINTS_DIRECTORY, flink.checkpoints());
        configuration.set(
                CheckpointingOptions.EXTERNALIZED_CHECKPOINT_RETENTION,
                ExternalizedCheckpointRetention.RETAIN_ON_CANCELLATION);
        configuration.set(CheckpointingOptions.INCREMENTAL_CHECKPOINTS, true);
        configuration.set(StateBackendOptions.STATE_BACKEND, "rocksdb");
        // Flink reads operator state byte by byte, each a call of the system where it is not
        // compressed: minutes for a model's hundreds of megabytes (CompressibleFSDataInputStream).
        configuration.set(ExecutionOptions.SNAPSHOT_COMPRESSION, true);
        // Reads are of single keys, many of them absent: without filters each looks into every
        // file.
        configuration.set(RocksDBConfigurableOptions.USE_BLOOM_FILTER, true);
        // State is rewritten often: the default, Snappy, took three times the processor for it.
        configuration.set(
                RocksDBConfigurableOptions.COMPRESSION_PER_LEVEL,
                List.of(CompressionType.LZ4_COMPRESSION));
        return configuration;
    }
}
