package io.tamor.quickstart.feed;

import io.tamor.jobs.config.KafkaOptions;
import io.tamor.jobs.config.Topics;
import io.tamor.jobs.io.BrokerUnavailableException;
import java.nio.charset.StandardCharsets;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Sends events to their topics, key: user, timestamp: event time. The first failure is thrown by
 * the next call.
 */
public final class KafkaFeedSink implements FeedSink {
    private final KafkaProducer<byte[], byte[]> producer;
    private final KafkaOptions kafka;
    private final Topics topics;
    private final EventEncoder encoder = new EventEncoder();
    private final AtomicReference<Exception> failure = new AtomicReference<>();

    public KafkaFeedSink(KafkaOptions kafka, Topics topics) {
        this.kafka = kafka;
        this.topics = topics;
        Properties properties = kafka.clientProperties();
        properties.putIfAbsent(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
        properties.putIfAbsent(ProducerConfig.LINGER_MS_CONFIG, "20");
        properties.putIfAbsent(ProducerConfig.BATCH_SIZE_CONFIG, Integer.toString(256 << 10));
        properties.putIfAbsent(ProducerConfig.MAX_BLOCK_MS_CONFIG, "15000");
        // On a partition that is just being created an earlier request can be turned away and a
        // later one taken; with one at a time its retry cannot come out of sequence.
        properties.putIfAbsent(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, "1");
        this.producer =
                new KafkaProducer<>(
                        properties, new ByteArraySerializer(), new ByteArraySerializer());
    }

    @Override
    public void accept(FeedEvent event) {
        throwIfFailed();
        ProducerRecord<byte[], byte[]> record =
                new ProducerRecord<>(
                        event.stream().topic(topics).name(),
                        null,
                        event.eventTimeMs(),
                        event.userId().getBytes(StandardCharsets.UTF_8),
                        encoder.encode(event));
        try {
            // The callback keeps what goes wrong.
            var unused =
                    producer.send(
                            record,
                            (metadata, error) -> {
                                if (error != null) {
                                    failure.compareAndSet(null, error);
                                }
                            });
        } catch (KafkaException e) {
            throw unavailable(e);
        }
    }

    @Override
    public void close() {
        producer.close();
        throwIfFailed();
    }

    private void throwIfFailed() {
        Exception error = failure.get();
        if (error != null) {
            throw unavailable(error);
        }
    }

    private BrokerUnavailableException unavailable(Exception error) {
        return new BrokerUnavailableException(
                "cannot send events to the Kafka broker at "
                        + kafka.bootstrap()
                        + " ("
                        + error.getMessage()
                        + "); is it running, and do the topics exist?",
                error);
    }
}
