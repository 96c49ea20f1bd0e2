package io.tamor.quickstart.benchmark;

import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.io.OutgoingRecord;
import io.tamor.jobs.timeline.RawEventSerializer;
import io.tamor.jobs.timeline.TimelineJob;
import io.tamor.jobs.timeline.logic.EventKind;
import io.tamor.jobs.timeline.logic.RawEvent;
import io.tamor.schemas.Sample;
import io.tamor.schemas.wire.RecordWire;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.serialization.RuntimeContextInitializationContextAdapters;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * The timeline without Kafka: Avro bytes are made, read as the sources read them, shuffled,
 * applied; samples are encoded and dropped.
 */
final class TimelineVariant {
    private TimelineVariant() {}

    /** Wires it; a tally, where there is one, takes each sample. */
    static void define(
            DataStream<Long> cycles, Workload workload, Deployment deployment, boolean tallied) {
        List<DataStream<RawEvent>> streams = new ArrayList<>();
        for (EventKind kind : EventKind.values()) {
            String uid = "benchmark." + kind.stream();
            streams.add(
                    cycles.flatMap(new KafkaRecords(kind, workload, deployment))
                            .returns(RawEventSerializer.TYPE)
                            .uid(uid)
                            .name(uid));
        }
        SingleOutputStreamOperator<OutgoingRecord> samples = TimelineJob.build(streams, deployment);
        samples.getSideOutput(TimelineJob.REJECTED)
                .sinkTo(new DiscardingSink<>())
                .uid("benchmark.rejected");
        if (tallied) {
            samples.map(TimelineVariant::tallied)
                    .returns(OutgoingRecord.TYPE)
                    .uid("benchmark.tally")
                    .sinkTo(new DiscardingSink<>())
                    .uid("benchmark.samples");
        } else {
            samples.sinkTo(new DiscardingSink<>()).uid("benchmark.samples");
        }
    }

    private static OutgoingRecord tallied(OutgoingRecord record) throws Exception {
        Sample sample = RecordWire.of(Sample.class).decode(record.value());
        for (int task = 0; task < sample.getLabels().size(); task++) {
            if (sample.getLabels().get(task) > 0) {
                LabelTally.OF_PROCESS.add(task, 1);
            }
        }
        if (sample.getLastStage()) {
            LabelTally.OF_PROCESS.row(sample.getAmountMinor(), 1);
        }
        return record;
    }

    /** Encodes a cycle's events and reads them back as the job's own source does. */
    private static final class KafkaRecords extends Cycles.Events<RawEvent> {
        private final EventBytes bytes;
        private final KafkaRecordDeserializationSchema<RawEvent> reader;
        private long offset;

        KafkaRecords(EventKind kind, Workload workload, Deployment deployment) {
            super(kind, workload);
            this.bytes = new EventBytes(kind, workload);
            this.reader = TimelineJob.reader(kind, deployment);
        }

        @Override
        public void open(OpenContext context) throws Exception {
            reader.open(
                    RuntimeContextInitializationContextAdapters.deserializationAdapter(
                            getRuntimeContext()));
        }

        @Override
        void event(long impression, long timeMs, Collector<RawEvent> out) throws Exception {
            byte[] value = bytes.of(impression, timeMs);
            reader.deserialize(new ConsumerRecord<>("", 0, offset++, new byte[0], value), out);
        }
    }
}
