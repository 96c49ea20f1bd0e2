package io.tamor.quickstart.cluster;

import io.tamor.jobs.config.KafkaOptions;
import io.tamor.jobs.config.TopicOptions;
import io.tamor.schemas.wire.RecordWire;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** What is committed on a topic, read as it comes; waiting is polling, and ends. */
final class TestingTopic<T extends SpecificRecordBase> implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(200);
    private static final int MOST_POLLS = 900;

    private final KafkaOptions kafka;
    private final String name;
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final RecordWire<T> wire;
    private final List<T> records = new ArrayList<>();
    private final Map<TopicPartition, Long> ends = new HashMap<>();

    TestingTopic(KafkaOptions kafka, TopicOptions topic, Class<T> type) {
        Properties properties = kafka.clientProperties();
        properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
        this.kafka = kafka;
        this.name = topic.name();
        this.wire = RecordWire.of(type);
        this.consumer =
                new KafkaConsumer<>(
                        properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        List<TopicPartition> partitions =
                consumer.partitionsFor(name).stream()
                        .map(p -> new TopicPartition(p.topic(), p.partition()))
                        .toList();
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
    }

    /** Everything read so far, in order within a partition. */
    List<T> records() {
        return records;
    }

    /** The offset behind the last record read, by partition. */
    Map<TopicPartition, Long> ends() {
        return ends;
    }

    /** Reads on for at most so long. */
    void poll(Duration atMost) throws Exception {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(atMost)) {
            records.add(wire.decode(record.value()));
            ends.put(new TopicPartition(record.topic(), record.partition()), record.offset() + 1);
        }
    }

    /** Something that is to come true. */
    @FunctionalInterface
    interface Condition {
        boolean holds() throws Exception;
    }

    /** Reads on until the condition holds; an error after some {@value #MOST_POLLS} polls. */
    void until(String what, Condition condition) throws Exception {
        for (int poll = 0; poll < MOST_POLLS; poll++) {
            if (condition.holds()) {
                return;
            }
            poll(POLL);
        }
        throw new AssertionError(
                "topic "
                        + name
                        + ": waited for "
                        + what
                        + ", found "
                        + records.size()
                        + " records after "
                        + MOST_POLLS
                        + " polls");
    }

    /**
     * Reads to the end of what is there by now. The end is asked for without regard to
     * transactions: a commit returns before its marks are in every partition, and until then the
     * committed end lies before what was committed.
     */
    void readToEnd() throws Exception {
        Map<TopicPartition, Long> there = new HashMap<>();
        try (KafkaConsumer<byte[], byte[]> uncommitted =
                new KafkaConsumer<>(
                        kafka.clientProperties(),
                        new ByteArrayDeserializer(),
                        new ByteArrayDeserializer())) {
            there.putAll(uncommitted.endOffsets(consumer.assignment()));
        }
        until(
                "its end",
                () ->
                        there.entrySet().stream()
                                .allMatch(e -> consumer.position(e.getKey()) >= e.getValue()));
    }

    @Override
    public void close() {
        consumer.close();
    }
}
