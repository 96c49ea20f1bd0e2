package io.tamor.jobs.snapshot;

import io.tamor.jobs.config.KafkaOptions;
import io.tamor.jobs.config.TopicOptions;
import io.tamor.jobs.io.CommittedRecords;
import io.tamor.schemas.SnapshotAnnouncement;
import io.tamor.schemas.wire.RecordWire;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InvalidPidMappingException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * Announces on a topic, each announcement once for readers of committed records. An announcer that
 * opens fences its predecessor by the transactional id, so nothing can arrive from before a failure
 * any more, and looks up what was announced last: if that is what the committer now asks for again,
 * it is done already.
 */
public final class KafkaSnapshotAnnouncer implements SnapshotAnnouncer {
    private final TopicOptions topic;
    private final byte[] model;
    private final KafkaOptions kafka;
    private KafkaProducer<byte[], byte[]> producer;
    private final RecordWire<SnapshotAnnouncement> wire = RecordWire.of(SnapshotAnnouncement.class);
    private byte @Nullable [] last;

    private KafkaSnapshotAnnouncer(KafkaOptions kafka, TopicOptions topic, String model) {
        this.kafka = kafka;
        this.topic = topic;
        this.model = model.getBytes(StandardCharsets.UTF_8);
        this.producer = producer();
        try {
            this.last = lastAnnounced();
        } catch (RuntimeException e) {
            producer.close(Duration.ZERO);
            throw e;
        }
    }

    /** One that has fenced all before it. */
    private KafkaProducer<byte[], byte[]> producer() {
        Properties properties = kafka.clientProperties();
        properties.setProperty(ProducerConfig.ACKS_CONFIG, "all");
        properties.setProperty(
                ProducerConfig.TRANSACTIONAL_ID_CONFIG,
                new String(model, StandardCharsets.UTF_8) + "-announcer");
        KafkaProducer<byte[], byte[]> made =
                new KafkaProducer<>(
                        properties, new ByteArraySerializer(), new ByteArraySerializer());
        try {
            made.initTransactions();
        } catch (KafkaException e) {
            made.close(Duration.ZERO);
            throw e;
        }
        return made;
    }

    /** Announcers of a deployment's model on a topic. */
    public static Factory on(KafkaOptions kafka, TopicOptions topic, String model) {
        return () -> new KafkaSnapshotAnnouncer(kafka, topic, model);
    }

    @Override
    public void announce(SnapshotAnnouncement announcement)
            throws IOException, InterruptedException {
        byte[] value = wire.encode(announcement);
        if (Arrays.equals(value, last)) {
            return;
        }
        try {
            try {
                send(announcement.getEventTimeMs(), value);
            } catch (InvalidPidMappingException e) {
                // The broker forgets a transactional id that rests for a week. Any other failure
                // may be that of one whose successor is there, which must not be fenced.
                producer.close(Duration.ZERO);
                producer = producer();
                last = lastAnnounced();
                if (!Arrays.equals(value, last)) {
                    send(announcement.getEventTimeMs(), value);
                }
            }
        } catch (KafkaException e) {
            throw new IOException(
                    "snapshot "
                            + announcement.getVersion()
                            + " is published at "
                            + announcement.getUri()
                            + " but could not be announced on topic "
                            + topic.name()
                            + "; the announcement is tried again after the restart",
                    e);
        }
        last = value;
    }

    private void send(long eventTimeMs, byte[] value) throws InterruptedException {
        producer.beginTransaction();
        try {
            producer.send(new ProducerRecord<>(topic.name(), null, eventTimeMs, model, value))
                    .get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof KafkaException cause ? cause : new KafkaException(e);
        }
        producer.commitTransaction();
    }

    /** The model's latest record on the topic; null for none. */
    private byte @Nullable [] lastAnnounced() {
        AtomicReference<byte @Nullable []> found = new AtomicReference<>();
        new CommittedRecords(kafka)
                .forEach(
                        topic,
                        record -> {
                            // One model's records are in one partition, in order: they have one
                            // key.
                            if (Arrays.equals(record.key(), model)) {
                                found.set(record.value());
                            }
                        });
        return found.get();
    }

    @Override
    public void close() {
        producer.close();
    }
}
