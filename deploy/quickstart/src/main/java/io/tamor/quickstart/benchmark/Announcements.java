package io.tamor.quickstart.benchmark;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tamor.jobs.config.Deployment;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** When a reader of committed announcements hears of each version. */
final class Announcements implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(20);

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final List<Long> heardMs = new CopyOnWriteArrayList<>();
    private final Thread thread = new Thread(this::listen, "announcements");
    private volatile boolean closed;

    private Announcements(Deployment deployment) {
        Properties properties = deployment.kafka().clientProperties();
        properties.setProperty("isolation.level", "read_committed");
        consumer =
                new KafkaConsumer<>(
                        properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        TopicPartition topic = new TopicPartition(deployment.topics().snapshots().name(), 0);
        consumer.assign(List.of(topic));
        consumer.seekToBeginning(List.of(topic));
    }

    /** Listens from now on. */
    static Announcements of(Deployment deployment) {
        Announcements announcements = new Announcements(deployment);
        announcements.thread.start();
        return announcements;
    }

    private void listen() {
        try (consumer) {
            while (!closed) {
                consumer.poll(POLL).forEach(record -> heardMs.add(System.currentTimeMillis()));
            }
        }
    }

    /** From a checkpoint's completion to a reader that has heard of the version. */
    void describe(ObjectNode figures, CheckpointHistory checkpoints) {
        long[] latencies =
                heardMs.stream()
                        .filter(ms -> checkpoints.lastBefore(ms) >= 0)
                        .mapToLong(ms -> ms - checkpoints.lastBefore(ms))
                        .sorted()
                        .toArray();
        figures.put("versions", heardMs.size());
        if (latencies.length > 0) {
            figures.put("publishMs", latencies[latencies.length / 2]);
            figures.put("greatestPublishMs", latencies[latencies.length - 1]);
        }
    }

    @Override
    public void close() {
        closed = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
