package io.tamor.quickstart.cluster;

import io.tamor.jobs.JobEnvironment;
import io.tamor.jobs.config.Deployment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.MetricOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.runtime.execution.ExecutionState;
import org.apache.flink.runtime.executiongraph.AccessExecutionGraph;
import org.apache.flink.runtime.executiongraph.AccessExecutionVertex;
import org.apache.flink.runtime.jobgraph.JobGraph;
import org.apache.flink.runtime.jobgraph.SavepointRestoreSettings;
import org.apache.flink.runtime.jobmaster.JobResult;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** A mini cluster that runs several jobs at once; one that fails stays failed. */
final class TestingCluster implements AutoCloseable {
    private static final long SECONDS = 180;

    private final MiniCluster cluster;

    TestingCluster(int slots) throws Exception {
        Configuration configuration = new Configuration();
        configuration.set(TaskManagerOptions.MANAGED_MEMORY_SIZE, MemorySize.ofMebiBytes(256));
        // A mini cluster takes the network's memory only where both bounds agree.
        configuration.set(TaskManagerOptions.NETWORK_MEMORY_MIN, MemorySize.ofMebiBytes(64));
        configuration.set(TaskManagerOptions.NETWORK_MEMORY_MAX, MemorySize.ofMebiBytes(64));
        configuration.set(MetricOptions.METRIC_FETCHER_UPDATE_INTERVAL, Duration.ofSeconds(1));
        cluster =
                new MiniCluster(
                        new MiniClusterConfiguration.Builder()
                                .setConfiguration(configuration)
                                .setNumTaskManagers(1)
                                .setNumSlotsPerTaskManager(slots)
                                .withRandomPorts()
                                .build());
        cluster.start();
    }

    /** Puts a job into an environment. */
    @FunctionalInterface
    interface Definition {
        void define(StreamExecutionEnvironment environment, Deployment deployment, boolean bounded);
    }

    /**
     * Submits an unbounded job; {@code from} is a savepoint or checkpoint, null to begin anew.
     * State of sources that the job does not have is left behind.
     */
    JobID start(Definition job, Deployment deployment, String from) throws Exception {
        return submit(job, deployment, false, from);
    }

    /** Runs a bounded job to its end. */
    void run(Definition job, Deployment deployment) throws Exception {
        result(submit(job, deployment, true, null))
                .toJobExecutionResult(getClass().getClassLoader());
    }

    /** Whether every task of a job runs: before, it cannot be stopped with a savepoint. */
    boolean isRunning(JobID job) throws Exception {
        AccessExecutionGraph graph = cluster.getExecutionGraph(job).get(SECONDS, TimeUnit.SECONDS);
        if (graph.getState() != JobStatus.RUNNING) {
            return false; // before that it has no tasks, all of which would be running
        }
        for (AccessExecutionVertex task : graph.getAllExecutionVertices()) {
            if (task.getExecutionState() != ExecutionState.RUNNING) {
                return false;
            }
        }
        return true;
    }

    /** How many records a job's sources have read, by the figures of the last second. */
    long recordsRead(JobID job) throws Exception {
        return new SourceRecords(cluster.getRestAddress().get(SECONDS, TimeUnit.SECONDS), job)
                .read()
                .orElse(0);
    }

    private JobID submit(Definition job, Deployment deployment, boolean bounded, String from)
            throws Exception {
        Configuration configuration = JobEnvironment.configure(deployment);
        configuration.set(RestartStrategyOptions.RESTART_STRATEGY, "disable");
        StreamExecutionEnvironment environment =
                StreamExecutionEnvironment.getExecutionEnvironment(configuration);
        job.define(environment, deployment, bounded);
        JobGraph graph = environment.getStreamGraph().getJobGraph();
        if (from != null) {
            graph.setSavepointRestoreSettings(SavepointRestoreSettings.forPath(from, true));
        }
        return cluster.submitJob(graph).get(SECONDS, TimeUnit.SECONDS).getJobID();
    }

    /** Stops with a savepoint, whose path is returned; {@code drain} ends event time before. */
    String stop(JobID job, Path savepoints, boolean drain) throws Exception {
        String savepoint =
                cluster.stopWithSavepoint(
                                job,
                                savepoints.toUri().toString(),
                                drain,
                                SavepointFormatType.CANONICAL)
                        .get(SECONDS, TimeUnit.SECONDS);
        result(job).toJobExecutionResult(getClass().getClassLoader());
        return savepoint;
    }

    /** Cancels, without a word to the job; the path of its last checkpoint is returned. */
    String cancel(JobID job, Path checkpoints) throws Exception {
        cluster.cancelJob(job).get(SECONDS, TimeUnit.SECONDS);
        result(job);
        try (Stream<Path> found = Files.list(checkpoints.resolve(job.toString()))) {
            return found.filter(folder -> Files.exists(folder.resolve("_metadata")))
                    .max(Comparator.comparingLong(TestingCluster::number))
                    .orElseThrow(() -> new IOException("job " + job + " has no checkpoint"))
                    .toUri()
                    .toString();
        }
    }

    private static long number(Path checkpoint) {
        return Long.parseLong(checkpoint.getFileName().toString().substring("chk-".length()));
    }

    private JobResult result(JobID job) throws Exception {
        return cluster.requestJobResult(job).get(SECONDS, TimeUnit.SECONDS);
    }

    /** Fails where the job does not run any more. */
    void requireRunning(JobID job) throws Exception {
        if (cluster.getJobStatus(job).get(SECONDS, TimeUnit.SECONDS).isTerminalState()) {
            result(job).toJobExecutionResult(getClass().getClassLoader());
            throw new AssertionError("job " + job + " has ended, it was to run for ever");
        }
    }

    @Override
    public void close() {
        try {
            cluster.close();
        } catch (Exception e) {
            throw new IllegalStateException("the cluster did not stop", e);
        }
    }
}
