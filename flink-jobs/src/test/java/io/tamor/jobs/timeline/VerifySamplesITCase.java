package io.tamor.jobs.timeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.tamor.jobs.JobEnvironment;
import io.tamor.jobs.cli.Errors;
import io.tamor.jobs.cli.ExitStatus;
import io.tamor.jobs.cli.VerifySamplesCommand;
import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.config.DeploymentReader;
import io.tamor.jobs.config.TopicOptions;
import io.tamor.jobs.io.TestingKafkaBroker;
import io.tamor.jobs.timeline.logic.EventKind;
import io.tamor.schemas.Correction;
import io.tamor.schemas.RejectedRecord;
import io.tamor.schemas.Sample;
import io.tamor.schemas.wire.RecordWire;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Future;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The command that verifies samples, on a real broker after a real run. */
final class VerifySamplesITCase {
    @RegisterExtension
    static final MiniClusterExtension CLUSTER =
            new MiniClusterExtension(
                    new MiniClusterResourceConfiguration.Builder()
                            .setNumberTaskManagers(1)
                            .setNumberSlotsPerTaskManager(2)
                            .build());

    private static final int HOUR = 3_600_000;

    @TempDir Path folder;

    @Test
    void aRunIsRightAndATamperedCopyOfItsSamplesIsNot() throws Exception {
        try (TestingKafkaBroker broker = new TestingKafkaBroker(folder.resolve("broker"))) {
            Deployment deployment = deployment(broker.bootstrap());
            for (TopicOptions topic : deployment.topics().all()) {
                broker.create(topic.name(), topic.partitions());
            }
            TestingTopics.produce(broker, deployment, TestingTopics.events(20));
            StreamExecutionEnvironment environment =
                    StreamExecutionEnvironment.getExecutionEnvironment(
                            JobEnvironment.configure(deployment));
            TimelineJob.define(environment, deployment, true);
            environment.execute("timeline");
            assertThatVerificationTellsRightFromWrong(
                    broker,
                    deployment,
                    TestingTopics.samples(broker, deployment.topics().samples()));
        }
    }

    /**
     * Late outcomes arrive as the test wants them: the topics hold what the operator made of them.
     */
    @Test
    void lateOutcomesAndTheirCorrectionsAreReadAndAWrongCorrectionIsFound() throws Exception {
        try (TestingKafkaBroker broker = new TestingKafkaBroker(folder.resolve("broker"))) {
            String text = withCorrections(text(broker.bootstrap()));
            Path config = Files.writeString(folder.resolve("deployment.yaml"), text);
            Deployment deployment = DeploymentReader.parse("deployment.yaml", text);
            for (TopicOptions topic : deployment.topics().all()) {
                broker.create(topic.name(), topic.partitions());
            }
            List<Correction> corrections = fill(broker, deployment);
            Correction first = TestingCorrections.ofLabels(corrections).get(0);

            StringWriter out = new StringWriter();
            assertThat(verify(config, out)).as(out.toString()).isZero();
            assertThat(out.toString())
                    .contains(TestingCorrections.ofLabels(corrections).size() + " corrections,");

            try (KafkaProducer<byte[], byte[]> producer = broker.producer()) {
                Correction wrong = Correction.newBuilder(first).setStage(99).build();
                send(producer, "corrections", wrong.getUserId(), wrong).get();
            }
            StringWriter differences = new StringWriter();
            assertThat(verify(config, differences)).isEqualTo(ExitStatus.FAILED);
            assertThat(differences.toString())
                    .contains("UNEXPECTED_CORRECTION impression " + first.getImpressionId())
                    .contains(" 1 differences");
        }
    }

    /** A timeline that has made nothing passes, but nobody can take that for a proof. */
    @Test
    void whereThereAreNoSamplesTheSummarySaysThatNothingWasVerified() throws Exception {
        try (TestingKafkaBroker broker = new TestingKafkaBroker(folder.resolve("broker"))) {
            String text = text(broker.bootstrap());
            Path config = Files.writeString(folder.resolve("deployment.yaml"), text);
            Deployment deployment = DeploymentReader.parse("deployment.yaml", text);
            for (TopicOptions topic : deployment.topics().all()) {
                broker.create(topic.name(), topic.partitions());
            }
            TestingTopics.produce(broker, deployment, TestingTopics.events(1));

            StringWriter out = new StringWriter();
            assertThat(run(config, out)).as(out.toString()).isZero();
            assertThat(out.toString())
                    .contains("no samples: nothing was verified")
                    .contains("--closed");
        }
    }

    private static String withCorrections(String text) {
        return text.replace(
                        "  max_pending_per_user",
                        "  corrections: {grace: 6 h}\n  max_pending_per_user")
                .replace(
                        "  rejected: {",
                        "  corrections: {name: corrections, partitions: 1}\n  rejected: {");
    }

    /** Events out of order under a watermark an hour behind, and what comes of them. */
    private static List<Correction> fill(TestingKafkaBroker broker, Deployment deployment)
            throws Exception {
        Random random = new Random(5);
        record Arrival(long at, TestingEvent event) {}
        List<Arrival> arrivals = new ArrayList<>();
        for (TestingEvent event : TestingTopics.events(20)) {
            // Impressions in time, most outcomes late, some of them behind the grace.
            int most = event.kind() == EventKind.IMPRESSION ? HOUR : 8 * HOUR;
            arrivals.add(new Arrival(event.timeMs() + random.nextInt(most), event));
        }
        arrivals.sort(Comparator.comparingLong(Arrival::at));
        Map<EventKind, Long> offsets = new EnumMap<>(EventKind.class);
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        try (KafkaProducer<byte[], byte[]> producer = broker.producer();
                TestingTimeline timeline = new TestingTimeline(deployment, false, 1)) {
            long newest = Long.MIN_VALUE;
            for (Arrival arrival : arrivals) {
                TestingEvent event = arrival.event();
                long offset = offsets.merge(event.kind(), 1L, Long::sum) - 1;
                sent.add(
                        producer.send(
                                new ProducerRecord<>(
                                        event.kind().topic(deployment.topics()).name(),
                                        0,
                                        event.timeMs(),
                                        event.user().getBytes(StandardCharsets.UTF_8),
                                        event.bytes())));
                timeline.feed(event.raw(offset));
                newest = Math.max(newest, event.timeMs());
                timeline.watermarks(newest - HOUR);
            }
            timeline.finish();
            for (Sample sample : timeline.samples) {
                sent.add(send(producer, "samples", sample.getUserId(), sample));
            }
            for (Correction correction : timeline.corrections) {
                sent.add(send(producer, "corrections", correction.getUserId(), correction));
            }
            Map<String, String> users = new HashMap<>();
            for (Arrival arrival : arrivals) {
                users.put(Arrays.toString(arrival.event().bytes()), arrival.event().user());
            }
            for (RejectedRecord rejected : timeline.rejected) {
                String bytes = Arrays.toString(rejected.getPayload().array());
                sent.add(send(producer, "rejected", users.get(bytes), rejected));
            }
            for (Future<RecordMetadata> one : sent) {
                one.get();
            }
            return timeline.corrections;
        }
    }

    private static <T extends SpecificRecordBase> Future<RecordMetadata> send(
            KafkaProducer<byte[], byte[]> producer, String topic, String user, T record) {
        @SuppressWarnings("unchecked") // a record's own class
        RecordWire<T> wire = RecordWire.of((Class<T>) record.getClass());
        byte[] key = user.getBytes(StandardCharsets.UTF_8);
        return producer.send(new ProducerRecord<>(topic, key, wire.encode(record)));
    }

    /** By the command, on what is committed, and on a tampered copy of the samples topic. */
    private void assertThatVerificationTellsRightFromWrong(
            TestingKafkaBroker broker, Deployment deployment, List<Sample> samples)
            throws Exception {
        String text = text(broker.bootstrap());
        Path config = Files.writeString(folder.resolve("deployment.yaml"), text);
        StringWriter out = new StringWriter();
        assertThat(verify(config, out)).as(out.toString()).isZero();
        assertThat(out.toString()).contains("verified: " + samples.size() + " samples,");
        assertThat(out.toString()).contains(" 0 differences");

        broker.create("tampered", deployment.topics().samples().partitions());
        Sample first = samples.get(0);
        try (KafkaProducer<byte[], byte[]> producer = broker.producer()) {
            List<Sample> tampered = new ArrayList<>(samples.subList(1, samples.size()));
            tampered.get(0).setTier("another");
            tampered.add(Sample.newBuilder(first).setStage(99).build());
            for (Sample sample : tampered) {
                send(producer, "tampered", sample.getUserId(), sample).get();
            }
        }
        Files.writeString(
                config, text.replace("samples: {name: samples,", "samples: {name: tampered,"));
        StringWriter differences = new StringWriter();
        assertThat(verify(config, differences)).isEqualTo(ExitStatus.FAILED);
        assertThat(differences.toString())
                .contains("MISSING_SAMPLE impression " + first.getImpressionId())
                .contains("found another")
                .contains("UNEXPECTED_SAMPLE impression " + first.getImpressionId())
                .contains(" 3 differences");
    }

    private static int verify(Path config, StringWriter out) {
        return run(config, out, "--closed");
    }

    private static int run(Path config, StringWriter out, String... more) {
        List<String> arguments = new ArrayList<>(List.of("--config", config.toString()));
        arguments.addAll(List.of(more));
        return new CommandLine(new VerifySamplesCommand())
                .setExecutionExceptionHandler(new Errors())
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(out, true))
                .execute(arguments.toArray(String[]::new));
    }

    private Deployment deployment(String bootstrap) {
        return DeploymentReader.parse("deployment.yaml", text(bootstrap));
    }

    private String text(String bootstrap) {
        return TestingDeployments.text()
                .replace("localhost:9092", bootstrap)
                .replace("checkpoint_interval: 5 s", "checkpoint_interval: 150 ms")
                .replace("file:///tmp/tamor", folder.toUri().toString());
    }
}
