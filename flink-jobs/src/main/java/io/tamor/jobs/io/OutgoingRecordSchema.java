package io.tamor.jobs.io;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import org.apache.flink.connector.kafka.lineage.DefaultKafkaDatasetFacet;
import org.apache.flink.connector.kafka.lineage.DefaultKafkaDatasetIdentifier;
import org.apache.flink.connector.kafka.lineage.KafkaDatasetFacet;
import org.apache.flink.connector.kafka.lineage.KafkaDatasetFacetProvider;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/** Puts a record on its topic with its own key and timestamp. */
final class OutgoingRecordSchema
        implements KafkaRecordSerializationSchema<OutgoingRecord>, KafkaDatasetFacetProvider {
    private final String topic;

    OutgoingRecordSchema(String topic) {
        this.topic = topic;
    }

    @Override
    public ProducerRecord<byte[], byte[]> serialize(
            OutgoingRecord record, KafkaSinkContext context, @Nullable Long timestamp) {
        byte[] key = record.key().isEmpty() ? null : record.key().getBytes(StandardCharsets.UTF_8);
        return new ProducerRecord<>(topic, null, record.timestampMs(), key, record.value());
    }

    /** Names the topic: pooled transactions look for those left open on it. */
    @Override
    public Optional<KafkaDatasetFacet> getKafkaDatasetFacet() {
        return Optional.of(
                new DefaultKafkaDatasetFacet(
                        DefaultKafkaDatasetIdentifier.ofTopics(List.of(topic)), new Properties()));
    }
}
