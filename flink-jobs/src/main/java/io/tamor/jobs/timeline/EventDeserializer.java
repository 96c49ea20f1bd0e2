package io.tamor.jobs.timeline;

import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.timeline.logic.Event;
import io.tamor.jobs.timeline.logic.EventChecks;
import io.tamor.jobs.timeline.logic.EventKind;
import io.tamor.jobs.timeline.logic.EventWire;
import io.tamor.jobs.timeline.logic.RawEvent;
import io.tamor.schemas.RejectionCause;
import io.tamor.schemas.wire.MalformedRecordException;
import org.apache.flink.api.common.serialization.DeserializationSchema;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Reads one of the four topics. A record that does not decode, or decodes to the impossible, is
 * marked as refused and travels on: it neither stops the job nor moves the watermark.
 */
final class EventDeserializer implements KafkaRecordDeserializationSchema<RawEvent> {
    private static final byte[] EMPTY = {};
    private static final int LONGEST_DETAIL = 1000;

    private final EventKind kind;
    private final EventChecks checks;
    private transient @Nullable EventWire wire;

    EventDeserializer(EventKind kind, Deployment deployment) {
        this.kind = kind;
        this.checks = new EventChecks(deployment);
    }

    @Override
    public void open(DeserializationSchema.InitializationContext context) {
        open();
    }

    void open() {
        wire = new EventWire();
    }

    @Override
    public void deserialize(ConsumerRecord<byte[], byte[]> record, Collector<RawEvent> out) {
        out.collect(
                read(
                        record.value() == null ? EMPTY : record.value(),
                        record.timestamp(),
                        record.partition(),
                        record.offset(),
                        System.currentTimeMillis()));
    }

    /** The event in a record's value, read at a time of this clock. */
    RawEvent read(byte[] value, long timestampMs, int partition, long offset, long nowMs) {
        EventWire opened = wire;
        if (opened == null) {
            throw new IllegalStateException("open comes before the first record");
        }
        Event event;
        try {
            event = opened.decode(kind, value, partition, offset);
        } catch (MalformedRecordException e) {
            return new RawEvent(
                    kind,
                    "",
                    timestampMs,
                    partition,
                    offset,
                    value,
                    RejectionCause.UNDECODABLE,
                    cut(String.valueOf(e.getMessage())));
        }
        String problem = checks.problemOf(event, nowMs);
        if (problem == null) {
            return event.raw();
        }
        // A broken clock must not decide where the rejection is filed: the record's own time does.
        long timeMs =
                EventChecks.isTime(event.timeMs()) && event.timeMs() <= nowMs
                        ? event.timeMs()
                        : timestampMs;
        return new RawEvent(
                kind,
                event.raw().userId(),
                timeMs,
                partition,
                offset,
                value,
                RejectionCause.INVALID,
                cut(problem));
    }

    private static String cut(String detail) {
        return detail.length() <= LONGEST_DETAIL ? detail : detail.substring(0, LONGEST_DETAIL);
    }

    @Override
    public TypeInformation<RawEvent> getProducedType() {
        return RawEventSerializer.TYPE;
    }
}
