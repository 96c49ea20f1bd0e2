package io.tamor.jobs.learner;

import org.apache.flink.api.common.serialization.SerializationSchema;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;

/**
 * Writes encoded records to a topic, at their event time. Classes, not lambdas, since the connector
 * looks at their type parameters.
 */
final class TopicRecordSchema {
    private TopicRecordSchema() {}

    static KafkaRecordSerializationSchema<TopicRecord> to(String topic) {
        return KafkaRecordSerializationSchema.<TopicRecord>builder()
                .setTopic(topic)
                .setKeySerializationSchema(new Key())
                .setValueSerializationSchema(new Value())
                .build();
    }

    private static final class Key implements SerializationSchema<TopicRecord> {
        @Override
        public byte[] serialize(TopicRecord record) {
            return record.key;
        }
    }

    private static final class Value implements SerializationSchema<TopicRecord> {
        @Override
        @SuppressWarnings("NullAway") // null is Kafka's deletion; the interface is not annotated
        public byte[] serialize(TopicRecord record) {
            return record.value;
        }
    }
}
