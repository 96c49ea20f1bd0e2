package io.tamor.quickstart.feed;

import io.tamor.schemas.Click;
import io.tamor.schemas.Conversion;
import io.tamor.schemas.Impression;
import io.tamor.schemas.Investment;
import io.tamor.schemas.wire.RecordWire;
import java.util.Objects;
import org.apache.avro.specific.SpecificRecordBase;

/** The value bytes of an event as its topic carries them. Not thread-safe. */
public final class EventEncoder {
    private final RecordWire<Impression> impressions = RecordWire.of(Impression.class);
    private final RecordWire<Click> clicks = RecordWire.of(Click.class);
    private final RecordWire<Conversion> conversions = RecordWire.of(Conversion.class);
    private final RecordWire<Investment> investments = RecordWire.of(Investment.class);

    /** Encodes the record; noise passes as it is. */
    public byte[] encode(FeedEvent event) {
        SpecificRecordBase record = event.record();
        if (record == null) {
            return Objects.requireNonNull(event.noise(), "an event has a record or noise");
        }
        return switch (event.stream()) {
            case IMPRESSIONS -> impressions.encode((Impression) record);
            case CLICKS -> clicks.encode((Click) record);
            case CONVERSIONS -> conversions.encode((Conversion) record);
            case INVESTMENTS -> investments.encode((Investment) record);
        };
    }
}
