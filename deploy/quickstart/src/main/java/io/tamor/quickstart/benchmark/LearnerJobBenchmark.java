package io.tamor.quickstart.benchmark;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.config.DeploymentReader;
import io.tamor.jobs.io.KafkaTopics;
import io.tamor.jobs.learner.LearningJob;
import io.tamor.quickstart.Leftovers;
import io.tamor.quickstart.broker.EmbeddedBroker;
import io.tamor.quickstart.cluster.LocalCluster;
import io.tamor.quickstart.simulator.WealthApp;
import io.tamor.schemas.Sample;
import io.tamor.schemas.wire.RecordWire;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * The learning job over a topic of samples on an embedded broker, with RocksDB, checkpoints and
 * snapshots, beside the bare training step of the same model, batch and samples in the same
 * process, before and after. Prints its figures as JSON.
 */
public final class LearnerJobBenchmark {
    private static final long SEED = 1;
    private static final int USERS = 50_000;

    /** Samples that tell what the bare step takes, however long the job runs. */
    private static final long MOST_BARE = 400_000;

    private LearnerJobBenchmark() {}

    /**
     * Measures one model.
     *
     * @param arguments {@code quickstart} or {@code reference}; samples; whether the gate judges
     *     versions
     */
    public static void main(String[] arguments) throws Exception {
        String model = arguments[0];
        long samples = Long.parseLong(arguments[1]);
        boolean gated = Boolean.parseBoolean(arguments[2]);
        Path folder = Leftovers.temporaryFolder();
        try {
            System.out.println(
                    new JsonMapper().writeValueAsString(run(model, samples, gated, folder)));
        } finally {
            Leftovers.delete(folder);
        }
    }

    private static ObjectNode run(String model, long samples, boolean gated, Path folder)
            throws Exception {
        try (EmbeddedBroker broker = EmbeddedBroker.start(folder.resolve("broker"));
                LocalCluster cluster = LocalCluster.start(1)) {
            Deployment deployment = deployment(model, gated, folder, broker);
            try (KafkaTopics topics = new KafkaTopics(deployment.kafka())) {
                topics.createMissing(deployment);
            }
            fill(deployment, samples);
            BareStep bare = new BareStep(deployment, new RandomSamples(deployment, USERS, SEED));
            long part = Math.min(samples / 6, MOST_BARE);
            bare.measure(2 * part); // warms up, as the job does
            BareStep.Cost before = bare.measure(part);
            StreamExecutionEnvironment env = LocalCluster.environment(deployment);
            LearningJob.define(env, deployment, true);
            JobRate rate = new JobRate(samples);
            try (Announcements announcements = Announcements.of(deployment)) {
                cluster.run("learner", env, rate::at);
                return figures(
                        rate,
                        List.of(before, bare.measure(part)),
                        CheckpointHistory.of(cluster.webUi()),
                        announcements);
            }
        }
    }

    private static ObjectNode figures(
            JobRate rate,
            List<BareStep.Cost> bare,
            CheckpointHistory checkpoints,
            Announcements announcements) {
        ObjectNode figures = new JsonMapper().createObjectNode();
        double bareRate =
                bare.stream().mapToDouble(BareStep.Cost::samplesPerSecond).average().orElseThrow();
        double bareCpu =
                bare.stream().mapToDouble(BareStep.Cost::cpuMicros).average().orElseThrow();
        figures.put("samplesPerSecond", rate.samplesPerSecond());
        figures.put("shareOfTrainingStep", rate.samplesPerSecond() / bareRate);
        figures.put("trainingStepSamplesPerSecond", bareRate);
        figures.put("learnerCpuMicrosPerSample", rate.cpuMicros());
        figures.put("processCpuMicrosPerSample", rate.processCpuMicros());
        figures.put("trainingStepCpuMicrosPerSample", bareCpu);
        figures.put("shareOfTrainingStepByCpu", bareCpu / rate.cpuMicros());
        checkpoints.describe(figures);
        announcements.describe(figures, checkpoints);
        return figures;
    }

    /** Checkpoints every minute, a version a month of event time, as {@code reference.yaml} has. */
    private static String quickstart() {
        String yaml = WealthApp.deployment();
        yaml = with(yaml, "parallelism: 2,", "parallelism: 1,");
        yaml = with(yaml, "checkpoint_interval: 3 s", "checkpoint_interval: 1 min");
        return with(yaml, "every: 3 d", "every: 30 d");
    }

    private static Deployment deployment(
            String model, boolean gated, Path folder, EmbeddedBroker broker) {
        String yaml =
                switch (model) {
                    case "quickstart" -> quickstart();
                    case "reference" -> resource("reference.yaml");
                    default ->
                            throw new IllegalArgumentException(
                                    "model: wanted quickstart or reference, found " + model);
                };
        if (!gated) {
            yaml = with(yaml, "every: 30 d,", "every: 30 d, gate: {enabled: false},");
        }
        yaml = with(yaml, "localhost:9092", broker.bootstrap());
        return DeploymentReader.parse(
                model, with(yaml, "file:///tmp/tamor", folder.toUri().toString()));
    }

    private static String with(String yaml, String text, String other) {
        if (!yaml.contains(text)) {
            throw new IllegalStateException("the deployment has no '" + text + "' to replace");
        }
        return yaml.replace(text, other);
    }

    private static String resource(String name) {
        try (InputStream in = LearnerJobBenchmark.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IOException("the resource " + name + " is not in this jar");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void fill(Deployment deployment, long count) throws Exception {
        RecordWire<Sample> wire = RecordWire.of(Sample.class);
        RandomSamples samples = new RandomSamples(deployment, USERS, SEED);
        Properties properties = deployment.kafka().clientProperties();
        properties.setProperty("linger.ms", "50");
        properties.setProperty("batch.size", "262144");
        properties.setProperty("compression.type", "lz4");
        // As in KafkaFeedSink: the topic is new.
        properties.setProperty("max.in.flight.requests.per.connection", "1");
        AtomicReference<Exception> failure = new AtomicReference<>();
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(
                        properties, new ByteArraySerializer(), new ByteArraySerializer())) {
            Future<RecordMetadata> last = null;
            for (long i = 0; i < count; i++) {
                Sample sample = samples.next();
                last =
                        producer.send(
                                new ProducerRecord<>(
                                        deployment.topics().samples().name(),
                                        null,
                                        sample.getMaturedAtMs(),
                                        sample.getUserId().getBytes(StandardCharsets.UTF_8),
                                        wire.encode(sample)),
                                (sent, error) -> failure.compareAndSet(null, error));
            }
            if (last != null) {
                last.get();
            }
        }
        if (failure.get() != null) {
            throw new IOException("the samples cannot be sent", failure.get());
        }
    }
}
