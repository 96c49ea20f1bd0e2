package io.tamor.jobs.learner;

import java.nio.charset.StandardCharsets;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Reads records of the samples topic whole: whether they decode is found out where it is counted.
 */
final class ConsumedSampleSchema implements KafkaRecordDeserializationSchema<ConsumedSample> {
    private static final byte[] NONE = {};

    @Override
    public void deserialize(ConsumerRecord<byte[], byte[]> record, Collector<ConsumedSample> out) {
        ConsumedSample sample = new ConsumedSample();
        sample.userId =
                record.key() == null ? "" : new String(record.key(), StandardCharsets.UTF_8);
        sample.topic = record.topic();
        sample.partition = record.partition();
        sample.offset = record.offset();
        sample.timestampMs = record.timestamp();
        sample.payload = record.value() == null ? NONE : record.value();
        out.collect(sample);
    }

    @Override
    public TypeInformation<ConsumedSample> getProducedType() {
        return TypeInformation.of(ConsumedSample.class);
    }
}
