package io.tamor.jobs.learner;

import java.nio.charset.StandardCharsets;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Reads records of the samples topic whole: whether they decode is found out where it is counted.
 * Samples that matured before the time to start at are left out: a partition is in order of
 * maturity only up to a disorder, so the offset alone would let some of them through.
 */
final class ConsumedSampleSchema implements KafkaRecordDeserializationSchema<ConsumedSample> {
    private static final byte[] NONE = {};

    private final long startAtMs;

    ConsumedSampleSchema(long startAtMs) {
        this.startAtMs = startAtMs;
    }

    @Override
    public void deserialize(ConsumerRecord<byte[], byte[]> record, Collector<ConsumedSample> out) {
        if (record.timestamp() < startAtMs) {
            return;
        }
        ConsumedSample sample = new ConsumedSample();
        sample.userId =
                record.key() == null ? "" : new String(record.key(), StandardCharsets.UTF_8);
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
