package io.tamor.jobs.snapshot;

import io.tamor.jobs.config.KafkaOptions;
import io.tamor.schemas.SnapshotAnnouncement;
import io.tamor.schemas.wire.RecordWire;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Announces on a topic, by an idempotent producer that waits for all replicas. */
public final class KafkaSnapshotAnnouncer implements SnapshotAnnouncer {
    private final String topic;
    private final KafkaProducer<byte[], byte[]> producer;
    private final RecordWire<SnapshotAnnouncement> wire = RecordWire.of(SnapshotAnnouncement.class);

    private KafkaSnapshotAnnouncer(KafkaOptions kafka, String topic) {
        Properties properties = kafka.clientProperties();
        properties.setProperty(ProducerConfig.ACKS_CONFIG, "all");
        properties.setProperty(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, "true");
        this.topic = topic;
        this.producer =
                new KafkaProducer<>(
                        properties, new ByteArraySerializer(), new ByteArraySerializer());
    }

    /** Announcers on a topic. */
    public static Factory on(KafkaOptions kafka, String topic) {
        return () -> new KafkaSnapshotAnnouncer(kafka, topic);
    }

    @Override
    public void announce(SnapshotAnnouncement announcement)
            throws IOException, InterruptedException {
        ProducerRecord<byte[], byte[]> record =
                new ProducerRecord<>(
                        topic,
                        null,
                        announcement.getEventTimeMs(),
                        announcement.getModel().getBytes(StandardCharsets.UTF_8),
                        wire.encode(announcement));
        try {
            producer.send(record).get();
        } catch (ExecutionException e) {
            throw new IOException(
                    "snapshot "
                            + announcement.getVersion()
                            + " is published at "
                            + announcement.getUri()
                            + " but could not be announced on topic "
                            + topic
                            + "; the announcement is tried again after the restart",
                    e.getCause());
        }
    }

    @Override
    public void close() {
        producer.close();
    }
}
