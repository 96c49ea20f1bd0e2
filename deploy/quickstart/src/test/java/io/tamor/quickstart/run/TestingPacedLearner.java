package io.tamor.quickstart.run;

import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.config.DeploymentReader;
import io.tamor.jobs.config.TopicOptions;
import io.tamor.jobs.io.KafkaTopics;
import io.tamor.jobs.learner.LearningJob;
import io.tamor.model.metric.MetricRow;
import io.tamor.model.snapshot.LocalSnapshotStore;
import io.tamor.model.snapshot.Manifest;
import io.tamor.model.snapshot.SnapshotFolder;
import io.tamor.quickstart.cluster.LocalCluster;
import io.tamor.schemas.Sample;
import io.tamor.schemas.wire.RecordWire;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** The learning job over the samples of a topic, read so many a checkpoint; versions its own. */
record TestingPacedLearner(String deployed, LocalCluster cluster, Path out) {
    private static final int TAIL = 20_000;
    private static final long FAR_MS = Duration.ofDays(400).toMillis();

    /**
     * Appends records that nobody learns from and that are far in the future: a bounded job trains
     * what is left at its end at once, and a live stream has no end.
     */
    static void appendTail(TestingSampleStream stream) throws Exception {
        Deployment deployment = stream.deployment();
        Sample last = stream.samples().get(stream.samples().size() - 1);
        byte[] value =
                RecordWire.of(Sample.class)
                        .encode(Sample.newBuilder(last).setLabelSet("nobody's").build());
        byte[] key = last.getUserId().getBytes(StandardCharsets.UTF_8);
        TopicOptions topic = deployment.topics().samples();
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(
                        deployment.kafka().clientProperties(),
                        new ByteArraySerializer(),
                        new ByteArraySerializer())) {
            List<Future<?>> sent = new ArrayList<>();
            for (int i = 0; i < TAIL; i++) {
                long atMs = last.getMaturedAtMs() + FAR_MS;
                sent.add(
                        producer.send(
                                new ProducerRecord<>(
                                        topic.name(), i % topic.partitions(), atMs, key, value)));
            }
            for (Future<?> one : sent) {
                one.get();
            }
        }
    }

    /**
     * Trains on all; the AUC by task of every label, scored before it was trained on.
     *
     * @param parallelism 1: a learner alone, and as fast as it can
     * @param mostSamples between two checkpoints, each of which merges
     */
    Map<String, Double> train(int parallelism, int mostSamples) throws Exception {
        String name = "run-" + UUID.randomUUID();
        Path snapshots = out.resolve(name);
        String yaml =
                deployed.replaceAll("directory: \\S+", "directory: " + snapshots.toUri())
                        .replaceAll("(?m)^name: .*$", "name: " + name);
        if (parallelism > 1) {
            yaml =
                    yaml.replaceFirst(
                            "(?m)^learner:$",
                            "learner:\n  parallelism: "
                                    + parallelism
                                    + "\n  merge:\n    every: 1 s\n    most_samples: "
                                    + mostSamples);
        }
        Deployment deployment = DeploymentReader.parse(name, yaml);
        try (KafkaTopics topics = new KafkaTopics(deployment.kafka())) {
            topics.createMissing(deployment);
        }
        StreamExecutionEnvironment env = LocalCluster.environment(deployment);
        env.configure(
                new Configuration()
                        .set(
                                CheckpointingOptions.CHECKPOINTING_INTERVAL,
                                Duration.ofMillis(parallelism > 1 ? 10 : 5_000)));
        env.setParallelism(parallelism == 1 ? 1 : deployment.flink().parallelism());
        LearningJob.define(env, deployment, true);
        cluster.run("learner", env, records -> {});
        Map<String, Double> auc = new TreeMap<>();
        for (MetricRow row : last(snapshots).metrics()) {
            if (row.tier().equals(MetricRow.ALL) && row.scenario().equals(MetricRow.ALL)) {
                auc.put(row.task(), row.values().getOrDefault("auc", Double.NaN));
            }
        }
        return auc;
    }

    /** The manifest of the last version made, published or rejected. */
    private static Manifest last(Path snapshots) throws IOException {
        try (Stream<Path> folders = Files.walk(snapshots, 2)) {
            Path last =
                    folders.filter(folder -> folder.getFileName().toString().matches("v\\d{8}"))
                            .filter(folder -> !folder.getParent().endsWith(".announced"))
                            .max(Comparator.comparing(folder -> folder.getFileName().toString()))
                            .orElseThrow();
            return new SnapshotFolder(new LocalSnapshotStore(last)).manifest();
        }
    }
}
