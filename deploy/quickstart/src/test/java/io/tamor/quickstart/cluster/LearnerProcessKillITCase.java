package io.tamor.quickstart.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.config.DeploymentReader;
import io.tamor.jobs.io.KafkaTopics;
import io.tamor.quickstart.benchmark.RandomSamples;
import io.tamor.quickstart.broker.EmbeddedBroker;
import io.tamor.quickstart.simulator.WealthApp;
import io.tamor.schemas.Sample;
import io.tamor.schemas.SnapshotAnnouncement;
import io.tamor.schemas.wire.RecordWire;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole process of a learner is killed, and another takes its place. */
final class LearnerProcessKillITCase {
    private static final int SAMPLES = 12_000;
    private static final int USERS = 500;
    private static final Duration POLL = Duration.ofMillis(20);

    @TempDir Path folder;
    private EmbeddedBroker broker;

    @BeforeEach
    void startBroker() {
        broker = EmbeddedBroker.start(folder.resolve("broker"));
    }

    @AfterEach
    void stopBroker() {
        broker.close();
    }

    @Test
    void processesKilledOneAfterTheOtherPublishWhatOneAlonePublishes() throws Exception {
        Deployment undisturbed = deployment("undisturbed");
        fill(undisturbed);
        assertThat(learner(undisturbed).waitFor()).isZero();
        Deployment killed = deployment("killed");
        for (int heard : new int[] {2, 5}) {
            Process learner = learner(killed);
            awaitAnnouncements(killed, heard, learner);
            learner.destroyForcibly().waitFor();
            assertThat(learner.exitValue()).as("it did not end by itself").isNotZero();
        }
        assertThat(LearnerProcess.lastCheckpoint(folder.resolve("killed/checkpoints"))).isPresent();
        assertThat(learner(killed).waitFor()).isZero();
        assertThat(announced(undisturbed)).hasSizeGreaterThan(8);
        assertThat(announced(killed)).isEqualTo(announced(undisturbed));
    }

    private Deployment deployment(String name) throws Exception {
        Files.createDirectories(folder.resolve(name));
        String yaml =
                WealthApp.deployment()
                        .replaceFirst("(?m)^name: .*$", "name: " + name)
                        .replace("localhost:9092", broker.bootstrap())
                        .replaceAll(
                                "samples: \\{name: samples, partitions: \\d+",
                                "samples: {name: samples, partitions: 1")
                        .replace("name: snapshots,", "name: snapshots-" + name + ",")
                        .replace("name: user-bias,", "name: user-bias-" + name + ",")
                        .replace("name: metrics,", "name: metrics-" + name + ",")
                        .replace("disorder: 6 h, user_row_ttl", "disorder: 10 min, user_row_ttl")
                        .replace("every: 3 d, keep: 20", "every: 30 min, keep: 3")
                        .replace("parallelism: 2,", "parallelism: 1,")
                        .replace("checkpoint_interval: 3 s", "checkpoint_interval: 50 ms")
                        .replace("file:///tmp/tamor", folder.resolve(name).toUri().toString());
        Files.writeString(file(name), yaml);
        Deployment deployment = DeploymentReader.read(file(name));
        try (KafkaTopics topics = new KafkaTopics(deployment.kafka())) {
            topics.createMissing(deployment);
        }
        return deployment;
    }

    private Path file(String name) {
        return folder.resolve(name + ".yaml");
    }

    private Process learner(Deployment deployment) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(option -> option.startsWith("--add-"))
                .forEach(command::add);
        command.add("-Xmx1g");
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(LearnerProcess.class.getName());
        command.add(file(deployment.name()).toString());
        command.add(folder.resolve(deployment.name()).resolve("checkpoints").toString());
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(
                        ProcessBuilder.Redirect.appendTo(
                                folder.resolve(deployment.name() + ".log").toFile()))
                .start();
    }

    private static void fill(Deployment deployment) throws Exception {
        RecordWire<Sample> wire = RecordWire.of(Sample.class);
        RandomSamples samples = new RandomSamples(deployment, USERS, 5);
        List<Future<?>> sent = new ArrayList<>();
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(
                        deployment.kafka().clientProperties(),
                        new ByteArraySerializer(),
                        new ByteArraySerializer())) {
            for (int i = 0; i < SAMPLES; i++) {
                Sample sample = samples.next();
                sent.add(
                        producer.send(
                                new ProducerRecord<>(
                                        deployment.topics().samples().name(),
                                        0,
                                        sample.getMaturedAtMs(),
                                        sample.getUserId().getBytes(StandardCharsets.UTF_8),
                                        wire.encode(sample))));
            }
            for (Future<?> one : sent) {
                one.get();
            }
        }
    }

    private static void awaitAnnouncements(Deployment deployment, int count, Process learner) {
        try (KafkaConsumer<byte[], byte[]> consumer = consumer(deployment)) {
            int heard = 0;
            while (heard < count) {
                assertThat(learner.isAlive()).as("the learner runs").isTrue();
                heard += consumer.poll(POLL).count();
            }
        }
    }

    private static List<String> announced(Deployment deployment) throws Exception {
        RecordWire<SnapshotAnnouncement> wire = RecordWire.of(SnapshotAnnouncement.class);
        List<String> announced = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer = consumer(deployment)) {
            TopicPartition topic = consumer.assignment().iterator().next();
            long end = consumer.endOffsets(List.of(topic)).get(topic);
            while (consumer.position(topic) < end) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                    SnapshotAnnouncement a = wire.decode(record.value());
                    announced.add(
                            a.getVersion()
                                    + " after "
                                    + a.getParentVersion()
                                    + " "
                                    + a.getManifestSha256());
                }
            }
        }
        return announced;
    }

    private static KafkaConsumer<byte[], byte[]> consumer(Deployment deployment) {
        Properties properties = deployment.kafka().clientProperties();
        properties.setProperty("isolation.level", "read_committed");
        KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(
                        properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        TopicPartition topic = new TopicPartition(deployment.topics().snapshots().name(), 0);
        consumer.assign(List.of(topic));
        consumer.seekToBeginning(List.of(topic));
        return consumer;
    }
}
