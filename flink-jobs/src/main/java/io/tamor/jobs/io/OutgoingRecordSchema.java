package io.tamor.jobs.io;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.apache.flink.connector.kafka.lineage.DefaultKafkaDatasetFacet;
import org.apache.flink.connector.kafka.lineage.DefaultKafkaDatasetIdentifier;
import org.apache.flink.connector.kafka.lineage.KafkaDatasetFacet;
import org.apache.flink.connector.kafka.lineage.KafkaDatasetFacetProvider;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Puts a record on its topic with its own key and timestamp. Tells the topic too, which the sink
 * needs to find the transactions that a failure has left open.
 */
final class OutgoingRecordSchema
        implements KafkaRecordSerializationSchema<OutgoingRecord>, KafkaDatasetFacetProvider {
    private final String topic;
    private final int keyGroups;

    /**
     * @param keyGroups number of the job's key groups: a record goes to the partition of its key's
     *     group, so that a keyed subtask has partitions of its own; 0: Kafka's own partitioning
     */
    OutgoingRecordSchema(String topic, int keyGroups) {
        this.topic = topic;
        this.keyGroups = keyGroups;
    }

    @Override
    public ProducerRecord<byte[], byte[]> serialize(
            OutgoingRecord record, KafkaSinkContext context, @Nullable Long timestamp) {
        byte[] key = record.key().isEmpty() ? null : record.key().getBytes(StandardCharsets.UTF_8);
        return new ProducerRecord<>(
                topic, partition(record.key(), context), record.timestampMs(), key, record.value());
    }

    /** Groups go to partitions in ranges, as Flink gives them to subtasks. */
    private @Nullable Integer partition(String key, KafkaSinkContext context) {
        if (keyGroups == 0) {
            return null;
        }
        int[] partitions = context.getPartitionsForTopic(topic);
        int group = KeyGroupRangeAssignment.assignToKeyGroup(key, keyGroups);
        return partitions[
                KeyGroupRangeAssignment.computeOperatorIndexForKeyGroup(
                        keyGroups, partitions.length, group)];
    }

    @Override
    public Optional<KafkaDatasetFacet> getKafkaDatasetFacet() {
        return Optional.of(
                new DefaultKafkaDatasetFacet(
                        DefaultKafkaDatasetIdentifier.ofTopics(List.of(topic))));
    }
}
