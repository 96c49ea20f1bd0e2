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
import io.tamor.schemas.Sample;
import io.tamor.schemas.wire.RecordWire;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
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
            RecordWire<Sample> wire = RecordWire.of(Sample.class);
            List<Sample> tampered = new ArrayList<>(samples.subList(1, samples.size()));
            tampered.get(0).setTier("another");
            tampered.add(Sample.newBuilder(first).setStage(99).build());
            for (Sample sample : tampered) {
                byte[] key = sample.getUserId().getBytes(StandardCharsets.UTF_8);
                producer.send(new ProducerRecord<>("tampered", key, wire.encode(sample))).get();
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
        return new CommandLine(new VerifySamplesCommand())
                .setExecutionExceptionHandler(new Errors())
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(out, true))
                .execute("--config", config.toString(), "--closed");
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
