package io.tamor.quickstart.benchmark;

import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.config.DeploymentReader;
import io.tamor.jobs.config.KafkaOptions;
import io.tamor.jobs.io.KafkaTopics;
import io.tamor.jobs.timeline.TimelineJob;
import io.tamor.quickstart.broker.EmbeddedBroker;
import io.tamor.quickstart.cluster.LocalCluster;
import io.tamor.quickstart.feed.KafkaFeedSink;
import io.tamor.quickstart.simulator.WealthApp;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.apache.flink.api.common.JobID;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * How long after its maturity a sample is on its topic, while events come at a steady rate and
 * their time is the clock's: on an embedded broker and cluster, with RocksDB and exactly-once
 * checkpoints. Two readers: one sees a record as it is written, the other when its transaction is
 * committed, which is at a checkpoint. Both wait for {@code event_time.disorder} first: before, a
 * sample may still change.
 */
public final class SampleLatency {
    private static final int MOST_SECONDS_TO_START = 180;

    private final Options options;

    /**
     * How to measure.
     *
     * @param eventsPerSecond the steady rate, of all streams
     * @param warmUp passes before anything counts
     * @param measured for how long it counts
     * @param disorder the deployment's allowed disorder, a lower bound of both latencies
     * @param checkpointInterval half of it is about what commitment adds
     */
    public record Options(
            int eventsPerSecond,
            Duration warmUp,
            Duration measured,
            int parallelism,
            Duration disorder,
            Duration checkpointInterval) {
        /** Two minutes at a rate that leaves the machine idle most of the time. */
        public static final Options DEFAULT =
                new Options(
                        2_000,
                        Duration.ofSeconds(30),
                        Duration.ofSeconds(60),
                        2,
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(1));
    }

    /**
     * What was seen, milliseconds behind maturity.
     *
     * @param eventsPerSecond as sent
     * @param written as a reader of uncommitted records sees it
     * @param committed as the learner sees it
     */
    public record Figures(double eventsPerSecond, Latencies written, Latencies committed) {}

    /** Percentiles of some samples' latencies, milliseconds. */
    public record Latencies(long samples, long p50, long p99, long max) {}

    public SampleLatency(Options options) {
        this.options = options;
    }

    /** Measures; {@code folder} takes the broker's and the job's files. */
    public Figures measure(Path folder) {
        try (EmbeddedBroker broker = EmbeddedBroker.start(folder);
                LocalCluster cluster = LocalCluster.start(options.parallelism())) {
            Deployment deployment = deployment(broker, folder);
            try (KafkaTopics topics = new KafkaTopics(deployment.kafka())) {
                topics.createMissing(deployment);
            }
            StreamExecutionEnvironment environment = LocalCluster.environment(deployment);
            TimelineJob.define(environment, deployment, false);
            JobID job = cluster.submit("timeline", environment);
            KafkaOptions kafka = deployment.kafka();
            try (ArrivalTimes written = new ArrivalTimes(kafka, deployment.topics(), false);
                    ArrivalTimes committed = new ArrivalTimes(kafka, deployment.topics(), true);
                    SteadyFeed feed =
                            new SteadyFeed(
                                    new KafkaFeedSink(kafka, deployment.topics()),
                                    options.eventsPerSecond())) {
                awaitFirst(feed, written);
                feed.run(options.warmUp());
                written.forget();
                committed.forget();
                double rate = feed.run(options.measured());
                cluster.requireRunning(job);
                return new Figures(rate, written.latencies(), committed.latencies());
            } finally {
                cluster.cancel(job);
            }
        }
    }

    private static void awaitFirst(SteadyFeed feed, ArrivalTimes written) {
        for (int second = 0; written.count() == 0; second++) {
            if (second > MOST_SECONDS_TO_START) {
                throw new IllegalStateException(
                        "no sample came within " + MOST_SECONDS_TO_START + " s of the job's start");
            }
            feed.run(Duration.ofSeconds(1));
        }
    }

    /** The simulated app with windows of seconds, so that samples mature all the time. */
    private Deployment deployment(EmbeddedBroker broker, Path folder) {
        String yaml = WealthApp.deployment();
        for (Map.Entry<String, String> change :
                Map.of(
                                "localhost:9092",
                                broker.bootstrap(),
                                "disorder: 10 min",
                                "disorder: " + text(options.disorder()),
                                "window: 15 min",
                                "window: 2 s",
                                "window: 1 d",
                                "window: 3 s",
                                "window: 3 d",
                                "window: 4 s",
                                "window: 7 d",
                                "window: 5 s",
                                "checkpoint_interval: 3 s",
                                "checkpoint_interval: " + text(options.checkpointInterval()),
                                "parallelism: 2",
                                "parallelism: " + options.parallelism(),
                                "file:///tmp/tamor",
                                "file://" + folder.toAbsolutePath())
                        .entrySet()) {
            yaml = yaml.replace(change.getKey(), change.getValue());
        }
        return DeploymentReader.parse("latency.yaml", yaml);
    }

    private static String text(Duration duration) {
        return duration.toMillis() + " ms";
    }
}
