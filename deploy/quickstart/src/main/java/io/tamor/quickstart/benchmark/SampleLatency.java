package io.tamor.quickstart.benchmark;

import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.config.DeploymentReader;
import io.tamor.jobs.config.TaskOptions;
import io.tamor.jobs.config.TopicOptions;
import io.tamor.jobs.io.KafkaTopics;
import io.tamor.jobs.timeline.TimelineJob;
import io.tamor.quickstart.broker.EmbeddedBroker;
import io.tamor.quickstart.cluster.LocalCluster;
import io.tamor.quickstart.feed.KafkaFeedSink;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.apache.flink.api.common.JobID;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * How long after a label's maturity its sample can be read, while events come at a steady rate and
 * their time is the clock's: the timeline's job on an embedded broker and cluster, with RocksDB and
 * exactly-once checkpoints. Two readers: one sees a sample as it is written, the other when its
 * transaction is committed, which is at a checkpoint. Both wait for {@code event_time.disorder}
 * first: before, an outcome may still come.
 */
public final class SampleLatency {
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final Duration STEP = Duration.ofMillis(500);

    private final Options options;

    /**
     * How to measure.
     *
     * @param eventsPerSecond the steady rate, of all streams
     * @param warmUp passes before anything counts, once the first sample is there
     * @param measured samples that mature in so long a time count
     * @param disorder the deployment's allowed disorder, a lower bound of both latencies
     * @param checkpointInterval half of it is about what commitment adds
     */
    public record Options(
            int eventsPerSecond,
            Duration warmUp,
            Duration measured,
            Duration disorder,
            Duration checkpointInterval) {
        /** Half a minute after as long a warm-up. */
        public static Options at(int eventsPerSecond) {
            return new Options(
                    eventsPerSecond,
                    Duration.ofSeconds(30),
                    Duration.ofSeconds(30),
                    Duration.ofSeconds(1),
                    Duration.ofSeconds(1));
        }
    }

    /**
     * What was seen, milliseconds behind maturity.
     *
     * @param eventsPerSecond as sent
     * @param wantedSamples how many matured in the measured time, by the events sent
     * @param written as a reader of uncommitted records sees it
     * @param committed as the learner sees it
     */
    public record Figures(
            Options options,
            double eventsPerSecond,
            long wantedSamples,
            Latencies written,
            Latencies committed) {}

    /** Percentiles of some samples' latencies, milliseconds. */
    public record Latencies(long samples, long p50, long p99, long max) {
        static Latencies of(List<Long> sorted) {
            return new Latencies(sorted.size(), at(sorted, 0.5), at(sorted, 0.99), at(sorted, 1));
        }

        private static long at(List<Long> sorted, double quantile) {
            return sorted.get((int) Math.ceil(quantile * sorted.size()) - 1);
        }
    }

    public SampleLatency(Options options) {
        this.options = options;
    }

    /** Measures; {@code folder} takes the broker's and the job's files. */
    public Figures measure(Path folder) {
        try (EmbeddedBroker broker = EmbeddedBroker.start(folder);
                LocalCluster cluster = LocalCluster.start(1)) {
            Deployment deployment = deployment(broker, folder);
            try (KafkaTopics topics = new KafkaTopics(deployment.kafka())) {
                topics.createMissing(deployment);
            }
            StreamExecutionEnvironment environment = LocalCluster.environment(deployment);
            TimelineJob.define(environment, deployment, false);
            JobID job = cluster.submit("timeline", environment);
            TopicOptions samples = deployment.topics().samples();
            try (ArrivalTimes written = new ArrivalTimes(deployment.kafka(), samples, false);
                    ArrivalTimes committed = new ArrivalTimes(deployment.kafka(), samples, true);
                    SteadyFeed feed =
                            new SteadyFeed(
                                    new KafkaFeedSink(deployment.kafka(), deployment.topics()),
                                    options.eventsPerSecond())) {
                runUntilRead(feed, committed, 0, Long.MAX_VALUE, 1);
                feed.run(options.warmUp());
                long fromMs = System.currentTimeMillis();
                double rate = feed.run(options.measured());
                long toMs = System.currentTimeMillis();
                long wanted = feed.maturing(windows(deployment), fromMs, toMs);
                // Events go on, so that the watermark does.
                runUntilRead(feed, written, fromMs, toMs, wanted);
                runUntilRead(feed, committed, fromMs, toMs, wanted);
                cluster.requireRunning(job);
                return new Figures(
                        options,
                        rate,
                        wanted,
                        Latencies.of(written.latenciesMs(fromMs, toMs)),
                        Latencies.of(committed.latenciesMs(fromMs, toMs)));
            } finally {
                cluster.cancel(job);
            }
        }
    }

    /** The distinct windows, each of which closes in a sample of its own. */
    private static List<Duration> windows(Deployment deployment) {
        return deployment.tasks().stream().map(TaskOptions::window).distinct().toList();
    }

    private static void runUntilRead(
            SteadyFeed feed, ArrivalTimes reader, long fromMs, long toMs, long wanted) {
        long startNs = System.nanoTime();
        while (reader.latenciesMs(fromMs, toMs).size() < wanted) {
            if (System.nanoTime() - startNs > PATIENCE.toNanos()) {
                throw new IllegalStateException(
                        "wanted "
                                + wanted
                                + " samples, read "
                                + reader.latenciesMs(fromMs, toMs).size()
                                + " within "
                                + PATIENCE.toSeconds()
                                + " s; is the rate more than this machine can do?");
            }
            feed.run(STEP);
        }
    }

    /** The benchmark's deployment with windows of seconds, so that samples mature all the time. */
    private Deployment deployment(EmbeddedBroker broker, Path folder) {
        return DeploymentReader.parse(
                "timeline.yaml",
                Trial.yaml()
                        .replace("localhost:9092", broker.bootstrap())
                        .replace("disorder: 5 min", "disorder: " + text(options.disorder()))
                        .replace("window: 15 min", "window: 2 s")
                        .replace("window: 1 d", "window: 3 s")
                        .replace("window: 3 d", "window: 4 s")
                        .replace(
                                "checkpoint_interval: 10 s",
                                "checkpoint_interval: " + text(options.checkpointInterval()))
                        .replace("file:///tmp/tamor", folder.toUri().toString()));
    }

    private static String text(Duration duration) {
        return duration.toMillis() + " ms";
    }
}
