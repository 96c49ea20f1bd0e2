package io.tamor.jobs.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.config.DeploymentReader;
import io.tamor.jobs.io.TestingKafkaBroker;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An export from a real broker. */
final class SampleExportITCase {
    @TempDir Path folder;

    @Test
    void recordsThatAreNoSamplesAreLeftOutAndCounted() throws Exception {
        try (TestingKafkaBroker broker = new TestingKafkaBroker(folder.resolve("broker"))) {
            Deployment deployment = DeploymentReader.parse("test", text(broker.bootstrap()));
            broker.create("samples", deployment.topics().samples().partitions());
            try (KafkaProducer<byte[], byte[]> producer = broker.producer()) {
                producer.send(new ProducerRecord<>("samples", null)).get();
                producer.send(new ProducerRecord<>("samples", new byte[] {1, 2, 3})).get();
            }

            SampleExport.Exported exported =
                    SampleExport.run(
                            deployment,
                            new SampleFolder(folder.resolve("exported")),
                            0,
                            Long.MAX_VALUE);

            assertThat(exported).isEqualTo(new SampleExport.Exported(0, 2));
        }
    }

    private static String text(String bootstrap) throws Exception {
        try (InputStream in = SampleExportITCase.class.getResourceAsStream("/deployment.yaml")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .replace("localhost:9092", bootstrap);
        }
    }
}
