package io.tamor.jobs.io;

import java.nio.charset.StandardCharsets;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/** Puts a record on its topic with its own key and timestamp. */
final class OutgoingRecordSchema implements KafkaRecordSerializationSchema<OutgoingRecord> {
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
}
