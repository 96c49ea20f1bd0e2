package io.tamor.jobs.verify.logic;

import io.tamor.schemas.Click;
import io.tamor.schemas.Conversion;
import io.tamor.schemas.Impression;
import io.tamor.schemas.Investment;
import io.tamor.schemas.wire.MalformedRecordException;
import io.tamor.schemas.wire.RecordWire;

/** Reads events from the values of raw records. Not thread-safe: one a thread. */
public final class PlainEventReader {
    private final RecordWire<Impression> impressions = RecordWire.of(Impression.class);
    private final RecordWire<Click> clicks = RecordWire.of(Click.class);
    private final RecordWire<Conversion> conversions = RecordWire.of(Conversion.class);
    private final RecordWire<Investment> investments = RecordWire.of(Investment.class);

    /**
     * The event in a record of a stream.
     *
     * @throws MalformedRecordException where the bytes are no record of the kind
     */
    public PlainEvent read(PlainEvent.Kind kind, Place place, byte[] value)
            throws MalformedRecordException {
        return switch (kind) {
            case IMPRESSION -> PlainEvent.of(impressions.decode(value), place, value);
            case CLICK -> PlainEvent.of(clicks.decode(value), place, value);
            case CONVERSION -> PlainEvent.of(conversions.decode(value), place, value);
            case INVESTMENT -> PlainEvent.of(investments.decode(value), place, value);
        };
    }
}
