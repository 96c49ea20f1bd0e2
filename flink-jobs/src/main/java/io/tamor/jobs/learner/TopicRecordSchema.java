package io.tamor.jobs.learner;

import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Writes encoded records to a topic, at their event time. */
final class TopicRecordSchema implements KafkaRecordSerializationSchema<TopicRecord> {
    private final String topic;

    TopicRecordSchema(String topic) {
        this.topic = topic;
    }

    @Override
    public ProducerRecord<byte[], byte[]> serialize(
            TopicRecord record, KafkaSinkContext context, Long timestamp) {
        return new ProducerRecord<>(
                topic, null, Math.max(0, record.timestampMs), record.key, record.value);
    }
}
