package io.tamor.jobs.timeline.logic;

import io.tamor.schemas.Click;
import io.tamor.schemas.Conversion;
import io.tamor.schemas.Direction;
import io.tamor.schemas.Impression;
import io.tamor.schemas.Investment;
import io.tamor.schemas.wire.MalformedRecordException;
import io.tamor.schemas.wire.RecordWire;
import org.jspecify.annotations.Nullable;

/** Decodes the payload of an event by its kind. Not thread-safe: one a thread. */
public final class EventWire {
    private final RecordWire<Impression> impressions = RecordWire.of(Impression.class);
    private final RecordWire<Click> clicks = RecordWire.of(Click.class);
    private final RecordWire<Conversion> conversions = RecordWire.of(Conversion.class);
    private final RecordWire<Investment> investments = RecordWire.of(Investment.class);

    /**
     * Decodes a payload read at a partition and offset; user and time are the record's own.
     *
     * @throws MalformedRecordException where the bytes are no record of the kind
     */
    public Event decode(EventKind kind, byte[] payload, int partition, long offset)
            throws MalformedRecordException {
        switch (kind) {
            case IMPRESSION -> {
                Impression record = impressions.decode(payload);
                return new Event(
                        new RawEvent(
                                kind,
                                record.getUserId(),
                                record.getEventTimeMs(),
                                partition,
                                offset,
                                payload),
                        record.getImpressionId(),
                        null,
                        record.getItemId(),
                        record.getScenario(),
                        false,
                        0,
                        record);
            }
            case CLICK -> {
                Click record = clicks.decode(payload);
                return outcome(
                        new RawEvent(
                                kind,
                                record.getUserId(),
                                record.getEventTimeMs(),
                                partition,
                                offset,
                                payload),
                        record.getEventId(),
                        record.getImpressionId(),
                        record.getItemId(),
                        record.getScenario());
            }
            case CONVERSION -> {
                Conversion record = conversions.decode(payload);
                return outcome(
                        new RawEvent(
                                kind,
                                record.getUserId(),
                                record.getEventTimeMs(),
                                partition,
                                offset,
                                payload),
                        record.getEventId(),
                        record.getImpressionId(),
                        record.getItemId(),
                        record.getScenario());
            }
            case INVESTMENT -> {
                Investment record = investments.decode(payload);
                return new Event(
                        new RawEvent(
                                kind,
                                record.getUserId(),
                                record.getEventTimeMs(),
                                partition,
                                offset,
                                payload),
                        record.getEventId(),
                        record.getImpressionId(),
                        record.getItemId() == null ? "" : record.getItemId(),
                        record.getScenario(),
                        record.getDirection() == Direction.REDEEM,
                        record.getAmountMinor(),
                        null);
            }
        }
        throw new AssertionError(kind);
    }

    /** Decodes an event that was decoded before: its bytes are known to be good. */
    public Event decodeAgain(RawEvent raw) {
        try {
            Event event = decode(raw.kind(), raw.payload(), raw.partition(), raw.offset());
            Population population = raw.population();
            return population == null ? event : event.told(population);
        } catch (MalformedRecordException e) {
            throw new IllegalStateException(
                    raw.kind().stream()
                            + ", partition "
                            + raw.partition()
                            + ", offset "
                            + raw.offset()
                            + ": decoded when it was read, not any more; restore with a build that"
                            + " knows its schema",
                    e);
        }
    }

    private static Event outcome(
            RawEvent raw,
            String id,
            @Nullable String impressionId,
            String itemId,
            @Nullable String scenario) {
        return new Event(raw, id, impressionId, itemId, scenario, false, 0, null);
    }
}
