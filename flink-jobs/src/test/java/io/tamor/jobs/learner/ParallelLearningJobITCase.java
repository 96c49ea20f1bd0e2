package io.tamor.jobs.learner;

import static org.assertj.core.api.Assertions.assertThat;

import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.io.KafkaTopics;
import io.tamor.jobs.io.OutgoingRecord;
import io.tamor.jobs.io.TestingKafkaBroker;
import io.tamor.jobs.learner.logic.TestingSamples;
import io.tamor.jobs.snapshot.FlinkSnapshotStore;
import io.tamor.jobs.snapshot.SnapshotAnnouncer;
import io.tamor.jobs.snapshot.SnapshotSink;
import io.tamor.model.snapshot.Manifest;
import io.tamor.model.snapshot.SnapshotFolder;
import io.tamor.schemas.Sample;
import io.tamor.schemas.SnapshotAnnouncement;
import io.tamor.schemas.wire.RecordWire;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class ParallelLearningJobITCase {
    private static final int SAMPLES = 1500;

    @RegisterExtension
    static final MiniClusterExtension CLUSTER =
            new MiniClusterExtension(
                    new MiniClusterResourceConfiguration.Builder()
                            .setNumberTaskManagers(1)
                            .setNumberSlotsPerTaskManager(2)
                            .build());

    @TempDir Path folder;

    private Deployment deployment(String bootstrap) {
        return TestingSamples.deployment(
                folder,
                yaml ->
                        yaml.replace("localhost:9092", bootstrap)
                                .replace(
                                        "learner: {batch: 64,",
                                        "learner: {parallelism: 2, merge: {every: 1 h}, batch: 32,"));
    }

    @Test
    void failuresInLearnerMergerAndBetweenCommitAndAnnouncementLoseAndRepeatNothing()
            throws Exception {
        String run = "parallel";
        Deployment deployment = deployment("localhost:9092");
        List<Sample> samples = TestingSamples.generate(deployment, SAMPLES, 17);
        StreamExecutionEnvironment env =
                StreamExecutionEnvironment.getExecutionEnvironment(configuration());
        env.enableCheckpointing(50);
        LearningJob.build(
                env.fromSource(
                                TestingStreams.source(samples, 100),
                                TestingStreams.watermarks(),
                                "source")
                        .uid("source")
                        .setParallelism(1)
                        .map(new TestingStreams.FailingMap(run, 1, 3))
                        .uid("failing")
                        .setParallelism(1),
                deployment,
                new LearnerSinks(
                        new SnapshotSink(
                                deployment.snapshots(),
                                () -> new FailingAnnouncer(TestingStreams.announcers(run).open())),
                        new FailingSink(TestingStreams.sink(run, "metrics")),
                        TestingStreams.sink(run, "user-bias"),
                        TestingStreams.sink(run, "rejected")));
        env.execute(run);
        assertThat(TestingStreams.failures(run)).isEqualTo(1);
        assertThat(FailingAnnouncer.FAILED).isTrue();
        assertThat(FailingSink.FAILED).isTrue();
        assertThat(TestingStreams.records(run, "rejected")).isEmpty();
        assertSound(TestingStreams.announced(run), samples);
    }

    @Test
    void aBoundedRunOverKafkaEndsWithAVersionOfAllSamples() throws Exception {
        try (TestingKafkaBroker broker = new TestingKafkaBroker(folder.resolve("kafka"))) {
            Deployment deployment = deployment(broker.bootstrap());
            try (KafkaTopics topics = new KafkaTopics(deployment.kafka())) {
                topics.createMissing(deployment);
            }
            List<Sample> samples = TestingSamples.generate(deployment, SAMPLES, 18);
            RecordWire<Sample> wire = RecordWire.of(Sample.class);
            try (KafkaProducer<byte[], byte[]> producer = broker.producer()) {
                List<Future<RecordMetadata>> sent = new ArrayList<>();
                for (Sample sample : samples) {
                    sent.add(
                            producer.send(
                                    new ProducerRecord<>(
                                            deployment.topics().samples().name(),
                                            null,
                                            sample.getMaturedAtMs(),
                                            sample.getUserId().getBytes(StandardCharsets.UTF_8),
                                            wire.encode(sample))));
                }
                for (Future<RecordMetadata> one : sent) {
                    one.get();
                }
            }
            StreamExecutionEnvironment env =
                    StreamExecutionEnvironment.getExecutionEnvironment(configuration());
            env.setParallelism(2);
            env.enableCheckpointing(100);
            LearningJob.define(env, deployment, true);
            env.execute("kafka");
            List<SnapshotAnnouncement> announced = new ArrayList<>();
            RecordWire<SnapshotAnnouncement> announcements =
                    RecordWire.of(SnapshotAnnouncement.class);
            for (var record : broker.committed(deployment.topics().snapshots().name(), 1)) {
                announced.add(announcements.decode(record.value()));
            }
            assertSound(announced, samples);
            assertThat(broker.committed(deployment.topics().rejected().name(), 1)).isEmpty();
            assertThat(broker.committed(deployment.topics().userBias().name(), 2))
                    .extracting(record -> new String(record.key(), StandardCharsets.UTF_8))
                    .containsAll(samples.stream().map(Sample::getUserId).distinct().toList());
        }
    }

    private static void assertSound(List<SnapshotAnnouncement> announced, List<Sample> samples)
            throws IOException {
        List<Long> versions =
                announced.stream().map(SnapshotAnnouncement::getVersion).distinct().toList();
        assertThat(versions).isNotEmpty().isSorted();
        SnapshotAnnouncement last = announced.get(announced.size() - 1);
        SnapshotFolder snapshot =
                new SnapshotFolder(
                        new FlinkSnapshotStore(new org.apache.flink.core.fs.Path(last.getUri())));
        assertThat(snapshot.verify()).isEmpty();
        Manifest manifest = snapshot.manifest();
        assertThat(manifest.progress().samples()).isEqualTo(samples.size());
        for (int task = 0; task < manifest.model().tasks().size(); task++) {
            int index = task;
            assertThat(
                            manifest.progress()
                                    .matureLabels()
                                    .get(manifest.model().tasks().get(task).name()))
                    .isEqualTo(samples.stream().filter(s -> s.getMasks().get(index)).count());
        }
    }

    private static Configuration configuration() {
        Configuration configuration = new Configuration();
        configuration.setString("state.backend.type", "rocksdb");
        configuration.setString("pipeline.generic-types", "false");
        configuration.setString("pipeline.auto-generate-uids", "false");
        configuration.setString("restart-strategy.type", "fixed-delay");
        configuration.setString("restart-strategy.fixed-delay.attempts", "4");
        configuration.setString("restart-strategy.fixed-delay.delay", "0 s");
        return configuration;
    }

    /** Fails once, when a version's folder is there and its announcement is not. */
    private record FailingAnnouncer(SnapshotAnnouncer announcer) implements SnapshotAnnouncer {
        private static final AtomicBoolean FAILED = new AtomicBoolean();

        @Override
        public void announce(SnapshotAnnouncement announcement)
                throws IOException, InterruptedException {
            if (!FAILED.getAndSet(true)) {
                throw new IOException("no announcement, on purpose");
            }
            announcer.announce(announcement);
        }

        @Override
        public void close() throws IOException {
            announcer.close();
        }
    }

    /** Fails once in the merger's task, into which it is chained, while the merger reports. */
    private record FailingSink(Sink<OutgoingRecord> sink) implements Sink<OutgoingRecord> {
        private static final AtomicBoolean FAILED = new AtomicBoolean();
        private static final long AFTER_MS = TestingSamples.START_MS + 172_800_000L;

        @Override
        public SinkWriter<OutgoingRecord> createWriter(WriterInitContext context)
                throws IOException {
            SinkWriter<OutgoingRecord> writer = sink.createWriter(context);
            return new FailingWriter(writer);
        }
    }

    @SuppressWarnings("try") // Flink's own close may be interrupted
    private record FailingWriter(SinkWriter<OutgoingRecord> writer)
            implements SinkWriter<OutgoingRecord> {
        @Override
        public void write(OutgoingRecord element, Context context)
                throws IOException, InterruptedException {
            if (element.timestampMs() > FailingSink.AFTER_MS
                    && !FailingSink.FAILED.getAndSet(true)) {
                throw new IllegalStateException("the merger fails, on purpose");
            }
            writer.write(element, context);
        }

        @Override
        public void flush(boolean endOfInput) throws IOException, InterruptedException {
            writer.flush(endOfInput);
        }

        @Override
        public void close() throws Exception {
            writer.close();
        }
    }
}
