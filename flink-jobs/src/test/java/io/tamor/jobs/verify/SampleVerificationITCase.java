package io.tamor.jobs.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.config.DeploymentReader;
import io.tamor.jobs.config.TopicOptions;
import io.tamor.jobs.io.TestingKafkaBroker;
import io.tamor.jobs.verify.logic.BatchOracle;
import io.tamor.jobs.verify.logic.Difference;
import io.tamor.jobs.verify.logic.Place;
import io.tamor.jobs.verify.logic.PlainEvent;
import io.tamor.jobs.verify.logic.PlainEventReader;
import io.tamor.schemas.Impression;
import io.tamor.schemas.Sample;
import io.tamor.schemas.wire.RecordWire;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Verification of topics on a real broker, with less memory than they need. */
final class SampleVerificationITCase {
    private static final long START = 1_600_000_000_000L;

    @TempDir Path folder;

    /**
     * "u-0" and "u-1" fall into different shares, and the second one's feature counts the first.
     */
    @Test
    void usersInDifferentSharesCountEachOthersEvents() throws Exception {
        try (TestingKafkaBroker broker = new TestingKafkaBroker(folder.resolve("broker"))) {
            Deployment deployment = DeploymentReader.parse("test", text(broker.bootstrap()));
            for (TopicOptions topic : deployment.topics().all()) {
                broker.create(topic.name(), topic.partitions());
            }
            List<Impression> shown =
                    List.of(shown("i-0", "u-0", START), shown("i-1", "u-1", START + 1000));
            List<Sample> samples = samples(deployment, shown);
            ByteBuffer dense = samples.get(samples.size() - 1).getDense().duplicate();
            assertThat(dense.order(ByteOrder.LITTLE_ENDIAN).getFloat(dense.limit() - 4))
                    .isEqualTo(1);
            try (KafkaProducer<byte[], byte[]> producer = broker.producer()) {
                RecordWire<Impression> impressions = RecordWire.of(Impression.class);
                for (Impression one : shown) {
                    send(producer, "impressions", one.getUserId(), impressions.encode(one));
                }
                RecordWire<Sample> wire = RecordWire.of(Sample.class);
                for (Sample sample : samples) {
                    send(producer, "samples", sample.getUserId(), wire.encode(sample));
                }
            }
            long records = shown.size() + 2L * samples.size();
            List<Difference> differences = new ArrayList<>();

            VerifiedSamples verified =
                    new SampleVerification(
                                    deployment, records * SampleVerification.BYTES_PER_RECORD)
                            .run(SampleVerification.Request.OF_A_BOUNDED_RUN, differences::add);

            assertThat(differences).isEmpty();
            assertThat(verified.samples()).isEqualTo(samples.size());
        }
    }

    private static Impression shown(String id, String user, long timeMs) {
        return Impression.newBuilder()
                .setImpressionId(id)
                .setUserId(user)
                .setItemId("item")
                .setScenario("fund")
                .setEventTimeMs(timeMs)
                .setAttributes(Map.of())
                .setMeasures(Map.of())
                .build();
    }

    /** As all users at once make them. */
    private static List<Sample> samples(Deployment deployment, List<Impression> shown)
            throws Exception {
        RecordWire<Impression> wire = RecordWire.of(Impression.class);
        PlainEventReader reader = new PlainEventReader();
        List<PlainEvent> events = new ArrayList<>();
        for (Impression one : shown) {
            Place place = new Place("impressions", 0, events.size());
            events.add(reader.read(PlainEvent.Kind.IMPRESSION, place, wire.encode(one)));
        }
        return BatchOracle.of(deployment, events).samples();
    }

    private static void send(
            KafkaProducer<byte[], byte[]> producer, String topic, String user, byte[] value)
            throws Exception {
        byte[] key = user.getBytes(StandardCharsets.UTF_8);
        producer.send(new ProducerRecord<>(topic, key, value)).get();
    }

    /** The example with one more feature, the last: how often all users saw the item. */
    private static String text(String bootstrap) throws Exception {
        try (InputStream in =
                SampleVerificationITCase.class.getResourceAsStream("/deployment.yaml")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .replace("localhost:9092", bootstrap)
                    .replace(
                            "tasks:\n",
                            "  - {name: seen, side: item, type: dense, aggregate: {function: count,"
                                    + " of: impressions, over: 7 d, same: item, users: all}}\n"
                                    + "tasks:\n");
        }
    }
}
