package io.tamor.jobs.io;

import io.tamor.jobs.config.KafkaOptions;
import io.tamor.jobs.config.TopicOptions;
import java.util.Locale;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.KafkaSourceBuilder;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.OffsetResetStrategy;
import org.apache.kafka.common.IsolationLevel;

/** Sources that read what was committed, from where the group stopped, else from the beginning. */
public final class KafkaSources {
    private KafkaSources() {}

    /**
     * A source of one topic, for a job that goes on where its group stopped.
     *
     * @param group consumer group; its committed offsets are used only where a job starts without a
     *     checkpoint
     * @param bounded ends at the offsets that are the latest when the job starts
     */
    @SuppressWarnings("deprecation") // the connector's own signature takes the deprecated strategy
    public static <T> Source<T, ?, ?> of(
            KafkaOptions kafka,
            TopicOptions topic,
            String group,
            KafkaRecordDeserializationSchema<T> deserializer,
            boolean bounded) {
        return source(
                kafka,
                topic,
                group,
                deserializer,
                bounded,
                OffsetsInitializer.committedOffsets(OffsetResetStrategy.EARLIEST));
    }

    /**
     * A source of one topic, for a job that begins at a time of its own where it starts without a
     * checkpoint.
     *
     * @param startMs begins with each partition's first record of this timestamp (epoch
     *     milliseconds) or a later one; below 0: with all there is
     */
    public static <T> Source<T, ?, ?> startingAt(
            KafkaOptions kafka,
            TopicOptions topic,
            String group,
            KafkaRecordDeserializationSchema<T> deserializer,
            boolean bounded,
            long startMs) {
        return source(
                kafka,
                topic,
                group,
                deserializer,
                bounded,
                startMs < 0
                        ? OffsetsInitializer.earliest()
                        : OffsetsInitializer.timestamp(startMs));
    }

    private static <T> Source<T, ?, ?> source(
            KafkaOptions kafka,
            TopicOptions topic,
            String group,
            KafkaRecordDeserializationSchema<T> deserializer,
            boolean bounded,
            OffsetsInitializer from) {
        KafkaSourceBuilder<T> builder =
                KafkaSource.<T>builder()
                        .setProperties(kafka.clientProperties())
                        .setProperty(
                                ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                                IsolationLevel.READ_COMMITTED.name().toLowerCase(Locale.ROOT))
                        .setTopics(topic.name())
                        .setGroupId(group)
                        .setClientIdPrefix(group + "-" + topic.name())
                        .setDeserializer(deserializer)
                        .setStartingOffsets(from);
        if (bounded) {
            builder.setBounded(OffsetsInitializer.latest());
        }
        return new ResumableSource<>(builder.build(), deserializer.getProducedType());
    }
}
