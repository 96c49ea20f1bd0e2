package io.tamor.jobs.io;

import io.tamor.jobs.config.KafkaOptions;
import io.tamor.jobs.config.TopicOptions;
import java.util.Properties;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.connector.kafka.sink.KafkaSinkBuilder;
import org.apache.flink.connector.kafka.sink.TransactionNamingStrategy;
import org.apache.kafka.clients.producer.ProducerConfig;

/** Sinks whose records are written once: in transactions that commit with the checkpoint. */
public final class KafkaSinks {
    /**
     * A broker's default {@code transaction.max.timeout.ms}. A job that is down for longer than
     * this loses what it wrote after its last checkpoint, so the longest allowed is the right one.
     */
    private static final String TRANSACTION_TIMEOUT_MS = "900000";

    private KafkaSinks() {}

    /**
     * A sink of one topic.
     *
     * @param transactions prefix of its transactional ids: one of its own for each sink of each
     *     deployment on a broker
     */
    public static KafkaSink<OutgoingRecord> exactlyOnce(
            KafkaOptions kafka, TopicOptions topic, String transactions) {
        return sink(kafka, transactions, new OutgoingRecordSchema(topic.name(), 0));
    }

    /**
     * A sink of one topic whose partitions follow the key groups of the keyed operator before it:
     * each partition is written by one subtask, in its order, where there are as many partitions as
     * subtasks or a multiple of them.
     *
     * @param keyGroups the job's maximum parallelism
     */
    public static KafkaSink<OutgoingRecord> exactlyOnceByKeyGroup(
            KafkaOptions kafka, TopicOptions topic, String transactions, int keyGroups) {
        return sink(kafka, transactions, new OutgoingRecordSchema(topic.name(), keyGroups));
    }

    private static KafkaSink<OutgoingRecord> sink(
            KafkaOptions kafka, String transactions, OutgoingRecordSchema schema) {
        Properties properties = kafka.clientProperties();
        properties.putIfAbsent(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, TRANSACTION_TIMEOUT_MS);
        properties.putIfAbsent(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
        KafkaSinkBuilder<OutgoingRecord> builder = KafkaSink.builder();
        return builder.setKafkaProducerConfig(properties)
                .setBootstrapServers(kafka.bootstrap())
                .setDeliveryGuarantee(DeliveryGuarantee.EXACTLY_ONCE)
                .setTransactionNamingStrategy(TransactionNamingStrategy.POOLING)
                .setTransactionalIdPrefix(transactions)
                .setRecordSerializer(schema)
                .build();
    }
}
