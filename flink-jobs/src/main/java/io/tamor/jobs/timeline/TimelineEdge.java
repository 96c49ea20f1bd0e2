package io.tamor.jobs.timeline;

import io.tamor.jobs.config.Topics;
import io.tamor.jobs.io.OutgoingRecord;
import io.tamor.jobs.io.RejectedPayload;
import io.tamor.jobs.timeline.logic.RawEvent;
import io.tamor.jobs.timeline.logic.TimelineOutput;
import io.tamor.schemas.Correction;
import io.tamor.schemas.RejectedRecord;
import io.tamor.schemas.RejectionCause;
import io.tamor.schemas.Sample;
import io.tamor.schemas.wire.RecordWire;
import org.apache.flink.streaming.api.operators.Output;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.OutputTag;

/** Encodes what leaves the timeline and sends it down the right way. */
final class TimelineEdge implements TimelineOutput {
    private final Topics topics;
    private final Output<StreamRecord<OutgoingRecord>> output;
    private final OutputTag<OutgoingRecord> corrected;
    private final OutputTag<OutgoingRecord> rejected;
    private final RecordWire<Sample> samples = RecordWire.of(Sample.class);
    private final RecordWire<Correction> corrections = RecordWire.of(Correction.class);
    private final RecordWire<RejectedRecord> rejections = RecordWire.of(RejectedRecord.class);

    TimelineEdge(
            Topics topics,
            Output<StreamRecord<OutgoingRecord>> output,
            OutputTag<OutgoingRecord> corrected,
            OutputTag<OutgoingRecord> rejected) {
        this.topics = topics;
        this.output = output;
        this.corrected = corrected;
        this.rejected = rejected;
    }

    @Override
    public void sample(Sample sample) {
        long timestampMs = sample.getMaturedAtMs();
        output.collect(
                new StreamRecord<>(
                        new OutgoingRecord(sample.getUserId(), timestampMs, samples.encode(sample)),
                        timestampMs));
    }

    @Override
    public void correction(Correction correction) {
        long timestampMs = correction.getOutcomeTimeMs();
        output.collect(
                corrected,
                new StreamRecord<>(
                        new OutgoingRecord(
                                correction.getUserId(),
                                timestampMs,
                                corrections.encode(correction)),
                        timestampMs));
    }

    @Override
    public void rejected(RawEvent event, RejectionCause cause, String detail) {
        boolean decoded = cause != RejectionCause.UNDECODABLE;
        RejectedRecord.Builder record =
                RejectedRecord.newBuilder()
                        .setCause(cause)
                        .setStream(event.kind().stream())
                        .setTopic(event.kind().topic(topics).name())
                        .setPartition(event.partition())
                        .setOffset(event.offset())
                        .setEventTimeMs(decoded ? event.timeMs() : null);
        RejectedRecord whole = RejectedPayload.put(record, event.payload(), detail).build();
        // Kafka refuses negative timestamps, and an impossible event may claim one.
        long timestampMs = Math.max(0, event.timeMs());
        output.collect(
                rejected,
                new StreamRecord<>(
                        new OutgoingRecord(
                                RejectedPayload.key(event.userId()),
                                timestampMs,
                                rejections.encode(whole)),
                        timestampMs));
    }
}
