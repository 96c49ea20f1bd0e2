package io.tamor.jobs.learner;

import io.tamor.jobs.JobEnvironment;
import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.config.DeploymentReader;
import io.tamor.jobs.config.TopicOptions;
import io.tamor.jobs.io.KafkaSinks;
import io.tamor.jobs.io.KafkaSources;
import io.tamor.jobs.io.OutgoingRecord;
import io.tamor.jobs.io.PacedSource;
import io.tamor.jobs.io.TestingKafkaBroker;
import io.tamor.jobs.kill.FaultyMap;
import io.tamor.jobs.kill.FaultySink;
import io.tamor.jobs.kill.FaultyStorage;
import io.tamor.jobs.kill.TestingFaults;
import io.tamor.jobs.learner.logic.TestingSamples;
import io.tamor.jobs.snapshot.FaultySnapshotSink;
import io.tamor.jobs.snapshot.KafkaSnapshotAnnouncer;
import io.tamor.jobs.snapshot.SnapshotSink;
import io.tamor.jobs.snapshot.TestingReader;
import io.tamor.model.snapshot.Manifest;
import io.tamor.schemas.LearnerMetrics;
import io.tamor.schemas.Sample;
import io.tamor.schemas.UserBiasRow;
import io.tamor.schemas.wire.RecordWire;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Map.Entry;
import java.util.Random;
import java.util.SortedMap;
import java.util.concurrent.Future;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/** One run of the learning job over the samples on a broker, with failures, read all the while. */
final class LearnerRun {
    private static final String SAMPLES = "samples";
    private static final int SAMPLES_A_CHECKPOINT = 70;

    private final TestingKafkaBroker broker;
    private final Deployment deployment;
    private final TestingFaults faults;
    private final int toleratedCheckpoints;

    /**
     * What a run has published.
     *
     * @param versions number, parent, hash and event time of each announcement, in order
     * @param userRowVersions user and version of each committed user row, in order
     * @param userRows the same with their values
     * @param windows the committed windowed metrics, in order
     * @param totals the last cumulative metrics
     * @param manifests those the reader saw
     * @param problems what the reader found wrong
     */
    record Outcome(
            List<String> versions,
            List<Entry<String, Long>> userRowVersions,
            List<UserBiasRow> userRows,
            List<LearnerMetrics> windows,
            List<LearnerMetrics> totals,
            SortedMap<Long, Manifest> manifests,
            List<String> problems) {}

    /**
     * @param toleratedCheckpoints how many checkpoints may fail one after the other before the job
     *     does
     */
    LearnerRun(
            TestingKafkaBroker broker,
            Deployment deployment,
            TestingFaults faults,
            int toleratedCheckpoints) {
        this.broker = broker;
        this.deployment = deployment;
        this.faults = faults;
        this.toleratedCheckpoints = toleratedCheckpoints;
    }

    /** How many failed checkpoints a seed's run tolerates: none, or every one. */
    static int toleratedCheckpoints(int seed) {
        // Five has no divisor in common with the number of points, so each is met both ways.
        return seed % 5 < 2 ? Integer.MAX_VALUE : 0;
    }

    /** A deployment whose outputs are its own; the samples are everybody's. */
    static Deployment deployment(Path folder, String name, String bootstrap, int keep) {
        return DeploymentReader.parse(name, yaml(folder, name, bootstrap, keep));
    }

    /** The same as text. */
    static String yaml(Path folder, String name, String bootstrap, int keep) {
        return TestingSamples.yaml()
                .replace("name: example", "name: " + name)
                .replace("localhost:9092", bootstrap)
                .replace("{name: samples, partitions: 2}", "{name: samples, partitions: 1}")
                .replace("name: snapshots,", "name: snapshots-" + name + ",")
                .replace(
                        "name: user-bias, partitions: 2",
                        "name: user-bias-" + name + ", partitions: 1")
                .replace("name: metrics,", "name: metrics-" + name + ",")
                .replace("batch: 64", "batch: 16")
                .replace("every: 1 d, keep: 5", "every: 4 h, keep: " + keep)
                .replace("parallelism: 2", "parallelism: 1")
                .replace("checkpoint_interval: 5 s", "checkpoint_interval: 20 ms")
                .replace("file:///tmp/tamor", folder.toUri().toString());
    }

    /** Every second sample is the only one of its user, so that user rows tell of samples. */
    static List<Sample> samples(Path folder, int count) {
        List<Sample> all = new ArrayList<>();
        for (Sample sample :
                TestingSamples.generate(deployment(folder, "any", "localhost:1", 1), count, 29)) {
            all.add(
                    all.size() % 2 == 0
                            ? sample
                            : Sample.newBuilder(sample)
                                    .setUserId("only-" + sample.getImpressionId())
                                    .build());
        }
        return all;
    }

    /** Sends the samples, out of order as far as is allowed. */
    static void produce(TestingKafkaBroker broker, List<Sample> samples) throws Exception {
        record Arrival(long at, Sample sample) {}
        Random random = new Random(3);
        List<Arrival> arrivals = new ArrayList<>();
        for (Sample sample : samples) {
            arrivals.add(new Arrival(sample.getMaturedAtMs() + random.nextInt(600_000), sample));
        }
        arrivals.sort(Comparator.comparingLong(Arrival::at));
        broker.create(SAMPLES, 1);
        RecordWire<Sample> wire = RecordWire.of(Sample.class);
        List<Future<?>> sent = new ArrayList<>();
        try (KafkaProducer<byte[], byte[]> producer = broker.producer()) {
            for (Arrival arrival : arrivals) {
                Sample sample = arrival.sample();
                sent.add(
                        producer.send(
                                new ProducerRecord<>(
                                        SAMPLES,
                                        null,
                                        sample.getMaturedAtMs(),
                                        sample.getUserId().getBytes(StandardCharsets.UTF_8),
                                        wire.encode(sample))));
            }
            for (Future<?> one : sent) {
                one.get();
            }
        }
    }

    /** Runs the job, wherever that is. */
    @FunctionalInterface
    interface Job {
        void run() throws Exception;
    }

    Outcome run() throws Exception {
        return run(
                () ->
                        define(deployment, faults, toleratedCheckpoints, null)
                                .execute(deployment.name()));
    }

    /** Reads while the job is run. */
    Outcome run(Job job) throws Exception {
        for (TopicOptions topic :
                List.of(
                        deployment.topics().snapshots(),
                        deployment.topics().userBias(),
                        deployment.topics().metrics())) {
            broker.create(topic.name(), 1);
        }
        TestingReader reader =
                TestingReader.start(
                        broker,
                        deployment.topics().snapshots().name(),
                        deployment.snapshots().directory());
        List<String> problems;
        try {
            job.run();
        } finally {
            problems = reader.stop();
        }
        List<UserBiasRow> rows = decoded(deployment.topics().userBias(), UserBiasRow.class);
        List<LearnerMetrics> metrics = decoded(deployment.topics().metrics(), LearnerMetrics.class);
        long last = metrics.get(metrics.size() - 1).getSamples();
        return new Outcome(
                reader.announced().stream()
                        .map(
                                a ->
                                        a.getVersion()
                                                + " after "
                                                + a.getParentVersion()
                                                + " "
                                                + a.getManifestSha256()
                                                + " at "
                                                + a.getEventTimeMs())
                        .toList(),
                rows.stream().map(r -> Map.entry(r.getUserId(), r.getVersion())).toList(),
                rows,
                metrics.stream().filter(m -> !m.getCumulative()).map(LearnerRun::unnamed).toList(),
                metrics.stream()
                        .filter(m -> m.getCumulative() && m.getSamples() == last)
                        .map(LearnerRun::unnamed)
                        .toList(),
                reader.manifests(),
                problems);
    }

    private static LearnerMetrics unnamed(LearnerMetrics metrics) {
        return LearnerMetrics.newBuilder(metrics).setModel("").build();
    }

    /**
     * The job.
     *
     * @param from a checkpoint to go on from; null: from the beginning
     */
    static StreamExecutionEnvironment define(
            Deployment deployment,
            TestingFaults faults,
            int toleratedCheckpoints,
            @Nullable String from) {
        Configuration configuration = JobEnvironment.configure(deployment);
        if (from != null) {
            configuration.set(StateRecoveryOptions.SAVEPOINT_PATH, from);
        }
        FaultyStorage.use(configuration, faults);
        configuration.set(CheckpointingOptions.TOLERABLE_FAILURE_NUMBER, toleratedCheckpoints);
        configuration.set(PipelineOptions.AUTO_WATERMARK_INTERVAL, Duration.ofMillis(2));
        configuration.set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay");
        configuration.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, 10);
        configuration.set(
                RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, Duration.ofMillis(1));
        StreamExecutionEnvironment env =
                StreamExecutionEnvironment.getExecutionEnvironment(configuration);
        LearningJob.build(
                env.fromSource(
                                new PacedSource<>(
                                        KafkaSources.startingAt(
                                                deployment.kafka(),
                                                deployment.topics().samples(),
                                                deployment.name(),
                                                new ConsumedSampleSchema(Long.MIN_VALUE),
                                                true,
                                                Long.MIN_VALUE),
                                        SAMPLES_A_CHECKPOINT),
                                LearningJob.watermarks(deployment, true),
                                "source",
                                new ConsumedSampleSchema(Long.MIN_VALUE).getProducedType())
                        .uid("source")
                        .map(new FaultyMap<>(faults))
                        .returns(ConsumedSample.class)
                        .uid("faulty"),
                deployment,
                new LearnerSinks(
                        new FaultySnapshotSink(
                                new SnapshotSink(
                                        deployment.snapshots(),
                                        FaultySnapshotSink.announcers(
                                                KafkaSnapshotAnnouncer.on(
                                                        deployment.kafka(),
                                                        deployment.topics().snapshots(),
                                                        deployment.name()),
                                                faults)),
                                faults),
                        topic(deployment, deployment.topics().metrics()),
                        topic(deployment, deployment.topics().userBias()),
                        new FaultySink<>(faults)));
        return env;
    }

    private static Sink<OutgoingRecord> topic(Deployment deployment, TopicOptions topic) {
        return KafkaSinks.exactlyOnce(
                deployment.kafka(), topic, deployment.name() + "-" + topic.name());
    }

    private <T extends org.apache.avro.specific.SpecificRecordBase> List<T> decoded(
            TopicOptions topic, Class<T> type) throws Exception {
        RecordWire<T> wire = RecordWire.of(type);
        List<T> all = new ArrayList<>();
        for (ConsumerRecord<byte[], byte[]> record : broker.committed(topic.name(), 1)) {
            all.add(wire.decode(record.value()));
        }
        return all;
    }
}
