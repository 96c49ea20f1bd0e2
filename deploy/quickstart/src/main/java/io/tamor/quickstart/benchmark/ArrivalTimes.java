package io.tamor.quickstart.benchmark;

import io.tamor.jobs.config.KafkaOptions;
import io.tamor.jobs.config.TopicOptions;
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
 * Reads a topic of samples in a thread of its own and notes when each, stamped with its maturity,
 * comes. Memory: 50 bytes a sample.
 */
final class ArrivalTimes implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(20);

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final ExecutorService thread = Executors.newSingleThreadExecutor();
    private final Future<?> reading;
    private final List<Arrival> arrivals = new ArrayList<>();
    private volatile boolean closing;

    /** Epoch milliseconds. */
    private record Arrival(long maturedMs, long readMs) {}

    /**
     * @param committed true to see samples when their transaction is committed, as the learner
     *     does, false to see them as they are written
     */
    ArrivalTimes(KafkaOptions kafka, TopicOptions samples, boolean committed) {
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
                consumer.partitionsFor(samples.name()).stream()
                        .map(p -> new TopicPartition(p.topic(), p.partition()))
                        .toList();
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
        reading = thread.submit(this::read);
    }

    private void read() {
        while (!closing) {
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                note(new Arrival(record.timestamp(), System.currentTimeMillis()));
            }
        }
    }

    private synchronized void note(Arrival arrival) {
        arrivals.add(arrival);
    }

    /**
     * From maturity to reading, milliseconds, of the samples that matured in {@code [from, to)}.
     */
    synchronized List<Long> latenciesMs(long fromMs, long toMs) {
        return arrivals.stream()
                .filter(a -> a.maturedMs() >= fromMs && a.maturedMs() < toMs)
                .map(a -> a.readMs() - a.maturedMs())
                .sorted()
                .toList();
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
