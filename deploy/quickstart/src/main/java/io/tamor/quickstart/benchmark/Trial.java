package io.tamor.quickstart.benchmark;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.tamor.jobs.JobEnvironment;
import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.config.DeploymentReader;
import io.tamor.quickstart.cluster.LocalCluster;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import jdk.jfr.Recording;
import org.apache.flink.api.common.JobID;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * One variant, measured: the state is filled with one horizon of impressions, its size taken by
 * checkpoints on the way, then the rate is measured while as many impressions mature as arrive,
 * after a while of the same that the compiler gets. Between the phases the source holds until a
 * checkpoint has gone through, so that none has another's work.
 */
public final class Trial {
    private static final long NO_END = 1L << 40;

    /** Impressions begin to mature, and all that closes them is compiled anew. */
    private static final Duration WARM_UP = Duration.ofSeconds(40);

    /**
     * Tenths of the filling after which the size is taken: how much of a checkpoint is out of date
     * depends on when RocksDB last compacted, so that one alone says little.
     */
    private static final int[] SIZED_AT = {6, 7, 8, 9, 10};

    private static final Duration POLL = Duration.ofMillis(20);

    private final TrialOptions options;
    private final CycleGate gate = CycleGate.ofProcess();

    Trial(TrialOptions options) {
        this.options = options;
    }

    /** Runs the trial whose options the argument holds; prints its figures as the last line. */
    public static void main(String[] arguments) throws Exception {
        JsonMapper mapper = new JsonMapper();
        PrintStream out = System.out;
        TrialFigures figures =
                new Trial(mapper.readValue(arguments[0], TrialOptions.class)).measure();
        out.println(mapper.writeValueAsString(figures));
        out.flush();
        System.exit(0);
    }

    private TrialFigures measure() throws Exception {
        // Recorded from the start: a recording that begins makes the compiler begin anew, too.
        try (Recording recording = recording();
                LocalCluster cluster = cluster()) {
            gate.reset();
            JobID job = cluster.submit(options.variant().label(), environment(NO_END, false));
            long started = System.nanoTime();
            double bytesPerPending = fill(cluster, job);
            long filled = gate.passed();
            double fillSeconds = secondsSince(started);

            run(WARM_UP, cluster, job);
            long warm = gate.hold();
            cluster.checkpointBytes(job);

            CpuTimes before = CpuTimes.now();
            Instant begun = Instant.now();
            started = System.nanoTime();
            run(Duration.ofSeconds(options.seconds()), cluster, job);
            long cycles = gate.hold() - warm;
            cluster.checkpointBytes(job);
            double wallSeconds = secondsSince(started);
            CpuTimes spent = CpuTimes.now().since(before);
            recording.stop();
            Path profile = options.folder().resolve("profile.jfr");
            recording.dump(profile);
            cluster.cancel(job);
            return new TrialFigures(
                    filled * Workload.IMPRESSIONS_PER_CYCLE,
                    bytesPerPending,
                    fillSeconds,
                    cycles * Workload.EVENTS_PER_CYCLE,
                    wallSeconds,
                    spent.workSeconds(),
                    spent.byThread(),
                    options.variant() == Variant.TIMELINE
                            ? Shares.of(
                                    profile,
                                    "timeline.user-timeline",
                                    begun,
                                    Duration.ofNanos((long) (wallSeconds * 1e9)))
                            : Map.of());
        }
    }

    /**
     * Fills the state, as far as it comes in the time given.
     *
     * @return bytes of a checkpoint by the impressions in it, in the mean
     */
    private double fill(LocalCluster cluster, JobID job) throws InterruptedException {
        long cycles = options.workload().fillCycles();
        long until = System.nanoTime() + Duration.ofMinutes(options.fillMinutes()).toNanos();
        List<Double> sizes = new ArrayList<>();
        for (int tenths : SIZED_AT) {
            long wanted = cycles * tenths / 10;
            gate.holdAt(wanted);
            while (gate.passed() < wanted && System.nanoTime() < until) {
                pause(cluster, job);
            }
            long pending = gate.hold() * Workload.IMPRESSIONS_PER_CYCLE;
            sizes.add((double) cluster.checkpointBytes(job) / pending);
            if (System.nanoTime() >= until) {
                break;
            }
        }
        return sizes.stream().mapToDouble(size -> size).average().orElseThrow();
    }

    /** The labels of so many cycles, run to the end of every window, in this process. */
    LabelTally.Counts labels(long cycles) throws Exception {
        LabelTally.OF_PROCESS.take();
        try (LocalCluster cluster = cluster()) {
            gate.reset();
            gate.holdAt(NO_END);
            cluster.run(options.variant().label(), environment(cycles, true), records -> {});
        }
        return LabelTally.OF_PROCESS.take();
    }

    private LocalCluster cluster() {
        return LocalCluster.start(
                options.parallelism(), MemorySize.ofMebiBytes(options.managedMebibytes()));
    }

    private StreamExecutionEnvironment environment(long cycles, boolean tallied) {
        Deployment deployment = deployment();
        Configuration configuration = JobEnvironment.configure(deployment);
        configuration.set(
                CheckpointingOptions.CHECKPOINTS_DIRECTORY,
                options.folder().resolve("checkpoints").toUri().toString());
        if (options.variant() != Variant.TIMELINE) {
            configuration.set(PipelineOptions.AUTO_GENERATE_UIDS, true);
            configuration.set(PipelineOptions.GENERIC_TYPES, true);
        }
        StreamExecutionEnvironment environment =
                StreamExecutionEnvironment.getExecutionEnvironment(configuration);
        environment.setParallelism(options.parallelism());
        DataStream<Long> source = Cycles.source(environment, options.workload(), cycles);
        if (options.variant() == Variant.TIMELINE) {
            TimelineVariant.define(source, options.workload(), deployment, tallied);
        } else {
            SqlVariant.define(environment, source, options.workload(), options.variant(), tallied);
        }
        return environment;
    }

    private static Deployment deployment() {
        return DeploymentReader.parse("timeline.yaml", yaml());
    }

    /** The deployment that the timeline is measured with. */
    static String yaml() {
        try (InputStream in = Trial.class.getResourceAsStream("timeline.yaml")) {
            if (in == null) {
                throw new IOException("the resource timeline.yaml is not in this jar");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Recording recording() throws IOException {
        Recording recording = new Recording();
        recording.enable("jdk.ExecutionSample").withPeriod(Shares.JAVA_PERIOD);
        recording.enable("jdk.NativeMethodSample").withPeriod(Shares.NATIVE_PERIOD);
        recording.setMaxSize(256L << 20);
        recording.start();
        return recording;
    }

    private void run(Duration length, LocalCluster cluster, JobID job) throws InterruptedException {
        long until = System.nanoTime() + length.toNanos();
        gate.holdAt(NO_END);
        while (System.nanoTime() < until) {
            pause(cluster, job);
        }
    }

    /** Waits a moment; a job that has failed ends the trial. */
    private static void pause(LocalCluster cluster, JobID job) throws InterruptedException {
        cluster.requireRunning(job);
        Thread.sleep(POLL.toMillis());
    }

    private static double secondsSince(long startedNs) {
        return (System.nanoTime() - startedNs) / 1e9;
    }
}
