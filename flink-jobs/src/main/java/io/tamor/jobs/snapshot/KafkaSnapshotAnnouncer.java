package io.tamor.jobs.snapshot;

import io.tamor.jobs.config.KafkaOptions;
import io.tamor.schemas.SnapshotAnnouncement;
import io.tamor.schemas.wire.RecordWire;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * Announces on a topic, each announcement once for readers of committed records. An announcer that
 * opens fences its predecessor by the transactional id, so nothing can arrive from before a failure
 * any more, and looks up what was announced last: if that is what the committer now asks for again,
 * it is done already.
 */
public final class KafkaSnapshotAnnouncer implements SnapshotAnnouncer {
    private static final Duration POLL = Duration.ofMillis(200);

    private final String topic;
    private final byte[] model;
    private final KafkaOptions kafka;
    private KafkaProducer<byte[], byte[]> producer;
    private final RecordWire<SnapshotAnnouncement> wire = RecordWire.of(SnapshotAnnouncement.class);
    private byte @Nullable [] last;

    private KafkaSnapshotAnnouncer(KafkaOptions kafka, String topic, String model) {
        this.kafka = kafka;
        this.topic = topic;
        this.model = model.getBytes(StandardCharsets.UTF_8);
        this.producer = producer();
        this.last = lastAnnounced();
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
    public static Factory on(KafkaOptions kafka, String topic, String model) {
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
            } catch (ProducerFencedException e) {
                throw e; // by who took over
            } catch (KafkaException e) {
                // Such as that the broker has forgotten a transactional id that rested for a week.
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
                            + topic
                            + "; the announcement is tried again after the restart",
                    e);
        }
        last = value;
    }

    private void send(long eventTimeMs, byte[] value) throws InterruptedException {
        producer.beginTransaction();
        try {
            producer.send(new ProducerRecord<>(topic, null, eventTimeMs, model, value)).get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof KafkaException cause ? cause : new KafkaException(e);
        }
        producer.commitTransaction();
    }

    /** The model's latest record on the topic; null for none. */
    private byte @Nullable [] lastAnnounced() {
        Properties properties = kafka.clientProperties();
        properties.setProperty(
                ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                IsolationLevel.READ_COMMITTED.name().toLowerCase(Locale.ROOT));
        byte[] found = null;
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(
                        properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions =
                    consumer.partitionsFor(topic).stream()
                            .map(p -> new TopicPartition(p.topic(), p.partition()))
                            .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (ends.entrySet().stream()
                    .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                    // One model's records are in one partition, in order: they have one key.
                    if (Arrays.equals(record.key(), model)) {
                        found = record.value();
                    }
                }
            }
        }
        return found;
    }

    @Override
    public void close() {
        producer.close();
    }
}
