package io.tamor.jobs.io;

import io.tamor.jobs.config.KafkaOptions;
import io.tamor.jobs.config.TopicOptions;
import io.tamor.schemas.wire.MalformedRecordException;
import io.tamor.schemas.wire.RecordWire;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.function.Consumer;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** What is committed on topics, from their beginning to an end. */
public final class CommittedRecords {
    private static final byte[] NO_BYTES = {};
    private static final Duration POLL = Duration.ofMillis(200);

    /**
     * Polls without a record after which what is left must be in a transaction that nobody ends.
     */
    private static final int MOST_EMPTY_POLLS = 300;

    private final KafkaOptions kafka;

    public CommittedRecords(KafkaOptions kafka) {
        this.kafka = kafka;
    }

    /** About how many there are: a transaction's end counts as one. */
    public long count(TopicOptions topic) {
        try (KafkaConsumer<byte[], byte[]> consumer = consumer("read_uncommitted")) {
            List<TopicPartition> partitions = partitions(consumer, topic);
            long ends = sum(consumer.endOffsets(partitions));
            return ends - sum(consumer.beginningOffsets(partitions));
        }
    }

    private static long sum(Map<TopicPartition, Long> offsets) {
        return offsets.values().stream().mapToLong(Long::longValue).sum();
    }

    private KafkaConsumer<byte[], byte[]> consumer(String isolation) {
        Properties properties = kafka.clientProperties();
        properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, isolation);
        properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
        // Else what retention deletes under the reader would be passed over without a word.
        properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
        properties.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, "5000");
        properties.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, Integer.toString(8 << 20));
        return new KafkaConsumer<>(
                properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    private static List<TopicPartition> partitions(
            KafkaConsumer<byte[], byte[]> consumer, TopicOptions topic) {
        return consumer.partitionsFor(topic.name()).stream()
                .map(p -> new TopicPartition(p.topic(), p.partition()))
                .toList();
    }

    /** Hands out each record that is written by now, once committed. */
    public void forEach(TopicOptions topic, Consumer<ConsumerRecord<byte[], byte[]>> reader) {
        forEach(ends(topic), reader);
    }

    /** A record's value; of one without, which no writer of ours makes, no bytes. */
    public static byte[] value(ConsumerRecord<byte[], byte[]> record) {
        return record.value() == null ? NO_BYTES : record.value();
    }

    /**
     * Hands out each record before the ends once, in order within a partition. A transaction's
     * commit returns before its markers are in every partition, so the reader waits until all that
     * was written before the ends is committed or aborted. Records that are deleted meanwhile are
     * an error.
     */
    public void forEach(
            Map<TopicPartition, Long> ends, Consumer<ConsumerRecord<byte[], byte[]>> reader) {
        Map<TopicPartition, Long> open = new HashMap<>(ends);
        try (KafkaConsumer<byte[], byte[]> consumer = consumer("read_committed")) {
            consumer.assign(open.keySet());
            consumer.seekToBeginning(open.keySet());
            int emptyPolls = 0;
            close(open, consumer);
            while (!open.isEmpty()) {
                ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL);
                for (TopicPartition partition : records.partitions()) {
                    long end = ends.getOrDefault(partition, 0L);
                    records.records(partition).stream()
                            .filter(record -> record.offset() < end)
                            .forEach(reader);
                }
                emptyPolls = records.isEmpty() ? emptyPolls + 1 : 0;
                close(open, consumer);
                if (emptyPolls > MOST_EMPTY_POLLS) {
                    throw new IllegalStateException(
                            "wanted all up to "
                                    + open
                                    + " committed, but a transaction is still open");
                }
            }
        } catch (OffsetOutOfRangeException e) {
            throw new IllegalStateException(deletedMeanwhile(e.offsetOutOfRangePartitions()), e);
        }
    }

    private static String deletedMeanwhile(Map<TopicPartition, Long> wanted) {
        StringBuilder text = new StringBuilder();
        wanted.forEach(
                (partition, offset) ->
                        text.append("topic ")
                                .append(partition.topic())
                                .append(", partition ")
                                .append(partition.partition())
                                .append(", offset ")
                                .append(offset)
                                .append(": deleted before it was read; "));
        return text.append("run again, or give the topic a longer retention").toString();
    }

    private static void close(
            Map<TopicPartition, Long> open, KafkaConsumer<byte[], byte[]> consumer) {
        List<TopicPartition> read =
                open.entrySet().stream()
                        .filter(end -> consumer.position(end.getKey()) >= end.getValue())
                        .map(Map.Entry::getKey)
                        .toList();
        consumer.pause(read);
        read.forEach(open::remove);
    }

    /** Takes a record and what it says. */
    @FunctionalInterface
    public interface DecodedReader<T> {
        void accept(ConsumerRecord<byte[], byte[]> record, T value);
    }

    /**
     * The same for records of one type; one that does not decode is an error that says where it is.
     */
    public <T extends SpecificRecordBase> void decoded(
            TopicOptions topic, Class<T> type, Consumer<T> reader) {
        decoded(ends(topic), type, (record, value) -> reader.accept(value));
    }

    /** The same up to given ends, with the records themselves. */
    public <T extends SpecificRecordBase> void decoded(
            Map<TopicPartition, Long> ends, Class<T> type, DecodedReader<T> reader) {
        RecordWire<T> wire = RecordWire.of(type);
        forEach(
                ends,
                record -> {
                    try {
                        reader.accept(record, wire.decode(value(record)));
                    } catch (MalformedRecordException e) {
                        throw new IllegalStateException(
                                "topic "
                                        + record.topic()
                                        + ", partition "
                                        + record.partition()
                                        + ", offset "
                                        + record.offset()
                                        + " is no readable "
                                        + type.getSimpleName(),
                                e);
                    }
                });
    }

    /** Where each partition ends, transactions that are still open included. */
    public Map<TopicPartition, Long> ends(TopicOptions topic) {
        return ends(topic, "read_uncommitted");
    }

    /** Where each partition ends for a reader of what is committed. */
    public Map<TopicPartition, Long> committedEnds(TopicOptions topic) {
        return ends(topic, "read_committed");
    }

    private Map<TopicPartition, Long> ends(TopicOptions topic, String isolation) {
        try (KafkaConsumer<byte[], byte[]> consumer = consumer(isolation)) {
            return new HashMap<>(consumer.endOffsets(partitions(consumer, topic)));
        }
    }
}
