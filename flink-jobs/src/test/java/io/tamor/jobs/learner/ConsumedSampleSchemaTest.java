package io.tamor.jobs.learner;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;

class ConsumedSampleSchemaTest {
    @Test
    void samplesThatMaturedBeforeTheStartAreLeftOutWhateverTheirOffset() {
        List<ConsumedSample> read = new ArrayList<>();
        ConsumedSampleSchema schema = new ConsumedSampleSchema(1000);
        long[] timestamps = {1000, 999, 1001, 5, 2000};
        for (int offset = 0; offset < timestamps.length; offset++) {
            schema.deserialize(record(offset, timestamps[offset]), collector(read));
        }
        assertThat(read).extracting(sample -> sample.offset).containsExactly(0L, 2L, 4L);
        assertThat(read)
                .extracting(sample -> sample.timestampMs)
                .containsExactly(1000L, 1001L, 2000L);
    }

    private static ConsumerRecord<byte[], byte[]> record(long offset, long timestampMs) {
        return new ConsumerRecord<>(
                "samples",
                0,
                offset,
                timestampMs,
                TimestampType.CREATE_TIME,
                1,
                1,
                new byte[] {'u'},
                new byte[] {1},
                new RecordHeaders(),
                Optional.empty());
    }

    private static Collector<ConsumedSample> collector(List<ConsumedSample> into) {
        return new Collector<>() {
            @Override
            public void collect(ConsumedSample sample) {
                into.add(sample);
            }

            @Override
            public void close() {
                // Nothing is held.
            }
        };
    }
}
