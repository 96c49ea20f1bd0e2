package io.tamor.quickstart.cluster;

import io.tamor.jobs.JobEnvironment;
import io.tamor.jobs.config.Deployment;
import io.tamor.quickstart.Leftovers;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.flink.api.common.JobID;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.JobManagerOptions;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.MetricOptions;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.configuration.WebOptions;
import org.apache.flink.core.execution.CheckpointType;
import org.apache.flink.runtime.checkpoint.AbstractCheckpointStats;
import org.apache.flink.runtime.jobmaster.JobResult;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.graph.StreamGraph;

/** A Flink mini cluster in this process, with its web UI on a free loopback port. */
public final class LocalCluster implements AutoCloseable {
    private static final long POLL_MS = 500;
    private static final MemorySize LEAST_NETWORK = MemorySize.ofMebiBytes(128);

    private final MiniCluster cluster;
    private final URI webUi;
    private final Path folder;

    private LocalCluster(MiniCluster cluster, URI webUi, Path folder) {
        this.cluster = cluster;
        this.webUi = webUi;
        this.folder = folder;
    }

    /** Starts with one task manager of so many slots. */
    public static LocalCluster start(int slots) {
        return start(slots, MemorySize.ofMebiBytes(512));
    }

    /**
     * Starts with one task manager of so many slots.
     *
     * @param managed memory of RocksDB, divided among the slots
     */
    public static LocalCluster start(int slots, MemorySize managed) {
        Configuration configuration = new Configuration();
        configuration.set(RestOptions.ADDRESS, "127.0.0.1");
        configuration.set(RestOptions.BIND_ADDRESS, "127.0.0.1");
        configuration.set(RestOptions.BIND_PORT, "0");
        configuration.set(WebOptions.SUBMIT_ENABLE, false);
        configuration.set(MetricOptions.METRIC_FETCHER_UPDATE_INTERVAL, Duration.ofSeconds(1));
        configuration.set(TaskManagerOptions.MANAGED_MEMORY_SIZE, managed);
        // A mini cluster takes the network's memory only where both bounds agree.
        configuration.set(TaskManagerOptions.NETWORK_MEMORY_MIN, network(slots));
        configuration.set(TaskManagerOptions.NETWORK_MEMORY_MAX, network(slots));
        configuration.set(JobManagerOptions.EXECUTION_FAILOVER_STRATEGY, "region");
        try {
            // RocksDB's files and Flink's own go there; Flink deletes them only where it is closed.
            Path folder = Leftovers.temporaryFolder();
            configuration.set(CoreOptions.TMP_DIRS, folder.toString());
            MiniCluster cluster =
                    new MiniCluster(
                            new MiniClusterConfiguration.Builder()
                                    .setConfiguration(configuration)
                                    .setNumTaskManagers(1)
                                    .setNumSlotsPerTaskManager(slots)
                                    .build());
            cluster.start();
            URI webUi = cluster.getRestAddress().get(30, TimeUnit.SECONDS);
            return new LocalCluster(cluster, webUi, folder);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the local cluster started", e);
        } catch (Exception e) {
            throw new IllegalStateException("the local Flink cluster did not start", e);
        }
    }

    /**
     * Memory of the buffers between subtasks: the timeline has four keyed streams in, and a keyed
     * stream from each subtask to each other one takes a buffer at its beginning and two at its
     * end.
     */
    private static MemorySize network(int slots) {
        long buffers = 4L * 3 * slots * slots;
        long bytes = buffers * TaskManagerOptions.MEMORY_SEGMENT_SIZE.defaultValue().getBytes();
        return new MemorySize(Math.max(LEAST_NETWORK.getBytes(), bytes));
    }

    /** Address of the web UI, reachable until {@link #close}. */
    public URI webUi() {
        return webUi;
    }

    /** An environment as the deployment configures it; a job that fails is tried again once. */
    public static StreamExecutionEnvironment environment(Deployment deployment) {
        Configuration configuration = JobEnvironment.configure(deployment);
        configuration.set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay");
        configuration.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, 1);
        return StreamExecutionEnvironment.getExecutionEnvironment(configuration);
    }

    /**
     * Runs a bounded job to its end, telling about twice a second how many records its sources have
     * read.
     *
     * @throws JobFailedException where it fails
     */
    public void run(String name, StreamExecutionEnvironment env, SourceProgress progress) {
        StreamGraph graph = env.getStreamGraph();
        graph.setJobName(name);
        try {
            JobID id = cluster.submitJob(graph.getJobGraph()).get().getJobID();
            CompletableFuture<JobResult> result = cluster.requestJobResult(id);
            SourceRecords records = new SourceRecords(webUi, id);
            while (!ended(result)) {
                records.read().ifPresent(progress::at);
            }
            JobResult end = result.get();
            if (end.getSerializedThrowable().isPresent()) {
                throw new JobFailedException(
                        name,
                        end.getSerializedThrowable()
                                .get()
                                .deserializeError(LocalCluster.class.getClassLoader()));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while job " + name + " ran", e);
        } catch (ExecutionException e) {
            throw new JobFailedException(name, e);
        }
    }

    /** Submits a job and returns while it runs. */
    public JobID submit(String name, StreamExecutionEnvironment env) {
        StreamGraph graph = env.getStreamGraph();
        graph.setJobName(name);
        return await(cluster.submitJob(graph.getJobGraph()), name).getJobID();
    }

    /**
     * Sees to it that a submitted job has not ended.
     *
     * @throws JobFailedException where it has
     */
    public void requireRunning(JobID job) {
        if (await(cluster.getJobStatus(job), "job " + job).isTerminalState()) {
            Throwable cause =
                    await(cluster.requestJobResult(job), "job " + job)
                            .getSerializedThrowable()
                            .map(e -> e.deserializeError(LocalCluster.class.getClassLoader()))
                            .orElseGet(() -> new IllegalStateException("the job ended"));
            throw new JobFailedException("job " + job, cause);
        }
    }

    /** Completes a checkpoint of a running job; returns the size of the state in it. */
    public long checkpointBytes(JobID job) {
        await(cluster.triggerCheckpoint(job, CheckpointType.CONFIGURED), "checkpoint");
        AbstractCheckpointStats latest =
                Objects.requireNonNull(
                                await(cluster.getExecutionGraph(job), "checkpoint statistics")
                                        .getCheckpointStatsSnapshot(),
                                "checkpointing is on")
                        .getHistory()
                        .getLatestCompletedCheckpoint();
        return Objects.requireNonNull(latest, "a checkpoint has completed").getStateSize();
    }

    /** Cancels a running job. */
    public void cancel(JobID job) {
        await(cluster.cancelJob(job), "cancellation");
    }

    private static <T> T await(CompletableFuture<T> future, String what) {
        try {
            return future.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for: " + what, e);
        } catch (ExecutionException e) {
            throw new JobFailedException(what, e);
        }
    }

    private static boolean ended(CompletableFuture<JobResult> result)
            throws InterruptedException, ExecutionException {
        try {
            result.get(POLL_MS, TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        }
    }

    /** Takes the number of records a job's sources have read so far. */
    @FunctionalInterface
    public interface SourceProgress {
        void at(long records);
    }

    @Override
    public void close() {
        try {
            cluster.close();
            Leftovers.delete(folder);
        } catch (Exception e) {
            throw new IllegalStateException("the local Flink cluster did not stop", e);
        }
    }
}
