package io.tamor.quickstart.benchmark;

import io.tamor.jobs.config.KafkaOptions;
import io.tamor.jobs.config.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Reads the samples topic in a thread of its own and notes how far each record, stamped with its
 * maturity, lies behind the clock when it comes.
 */
final class ArrivalTimes implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(50);

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final ExecutorService thread = Executors.newSingleThreadExecutor();
    private final Future<?> reading;
    private final List<Long> latencies = new ArrayList<>();
    private volatile boolean closing;

    ArrivalTimes(KafkaOptions kafka, Topics topics, boolean committed) {
        Properties properties = kafka.clientProperties();
        properties.put(
                ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                committed ? "read_committed" : "read_uncommitted");
        properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
        properties.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, "20");
        consumer =
                new KafkaConsumer<>(
                        properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        List<TopicPartition> partitions =
                consumer.partitionsFor(topics.samples().name()).stream()
                        .map(p -> new TopicPartition(p.topic(), p.partition()))
                        .toList();
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
        reading = thread.submit(this::read);
    }

    private void read() {
        while (!closing) {
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                note(System.currentTimeMillis() - record.timestamp());
            }
        }
    }

    private synchronized void note(long latencyMs) {
        latencies.add(latencyMs);
    }

    /** How many samples came. */
    synchronized int count() {
        return latencies.size();
    }

    /** Begins anew. */
    synchronized void forget() {
        latencies.clear();
    }

    /** What was noted since. */
    synchronized SampleLatency.Latencies latencies() {
        List<Long> sorted = latencies.stream().sorted().toList();
        if (sorted.isEmpty()) {
            throw new IllegalStateException("no sample came in the measured time");
        }
        return new SampleLatency.Latencies(
                sorted.size(), at(sorted, 0.5), at(sorted, 0.99), sorted.get(sorted.size() - 1));
    }

    private static long at(List<Long> sorted, double quantile) {
        return sorted.get((int) Math.ceil(quantile * sorted.size()) - 1);
    }

    @Override
    public void close() {
        closing = true;
        try {
            reading.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            throw new IllegalStateException("the reader of the samples failed", e);
        } finally {
            thread.shutdown();
            consumer.close();
        }
    }
}
