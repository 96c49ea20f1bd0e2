package io.tamor.jobs.verify.logic;

import io.tamor.schemas.Click;
import io.tamor.schemas.Conversion;
import io.tamor.schemas.Direction;
import io.tamor.schemas.Impression;
import io.tamor.schemas.Investment;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An event of any kind in plain values, read from its record and from nothing else.
 *
 * @param id the event's own id: of an impression its impression id
 * @param timeMs event time, epoch milliseconds
 * @param impressionId the impression an outcome names, null where it names none
 * @param item empty where an investment has none
 * @param namedScenario as the record has it, null where an outcome names none
 * @param validUntilMs of an impression, null where only windows bound it
 * @param requestId of an impression, empty where logs carry none
 * @param redemption true of an investment that lowers the position
 * @param amountMinor of an investment, 0 otherwise
 * @param attributes of an impression, empty otherwise
 * @param measures of an impression, empty otherwise
 * @param place where the record is
 * @param value its bytes, which order copies of one event
 */
@SuppressWarnings("ArrayRecordComponent") // compared as bytes by ORDER alone
public record PlainEvent(
        Kind kind,
        String id,
        String user,
        long timeMs,
        @Nullable String impressionId,
        String item,
        @Nullable String namedScenario,
        @Nullable Long validUntilMs,
        String requestId,
        boolean redemption,
        long amountMinor,
        Map<String, String> attributes,
        Map<String, Double> measures,
        Place place,
        byte[] value) {

    private static final byte[] NO_BYTES = {};

    /** Time, kind, id; bytes and place tell copies of one event apart. */
    public static final Comparator<PlainEvent> ORDER =
            Comparator.comparingLong(PlainEvent::timeMs)
                    .thenComparing(PlainEvent::kind)
                    .thenComparing(PlainEvent::id)
                    .thenComparing(PlainEvent::value, Arrays::compare)
                    .thenComparing(e -> e.place().partition())
                    .thenComparing(e -> e.place().offset());

    /** The four kinds, in the order in which events of one instant count. */
    public enum Kind {
        IMPRESSION("impressions"),
        CLICK("clicks"),
        CONVERSION("conversions"),
        INVESTMENT("investments");

        private final String stream;

        Kind(String stream) {
            this.stream = stream;
        }

        /** Role of the stream that carries the kind, as rejected records name it. */
        public String stream() {
            return stream;
        }
    }

    /** The scenario, empty where an outcome names none. */
    public String scenario() {
        return namedScenario == null ? "" : namedScenario;
    }

    /** The same without what nobody asks of an event that is only counted. */
    PlainEvent toCount() {
        return new PlainEvent(
                kind,
                id,
                user,
                timeMs,
                impressionId,
                item,
                namedScenario,
                validUntilMs,
                requestId,
                redemption,
                amountMinor,
                Map.of(),
                Map.of(),
                place,
                NO_BYTES);
    }

    static PlainEvent of(Impression record, Place place, byte[] value) {
        return new PlainEvent(
                Kind.IMPRESSION,
                record.getImpressionId(),
                record.getUserId(),
                record.getEventTimeMs(),
                null,
                record.getItemId(),
                record.getScenario(),
                record.getValidUntilMs(),
                record.getRequestId() == null ? "" : record.getRequestId(),
                false,
                0,
                Map.copyOf(record.getAttributes()),
                Map.copyOf(record.getMeasures()),
                place,
                value);
    }

    static PlainEvent of(Click record, Place place, byte[] value) {
        return outcome(
                Kind.CLICK,
                record.getEventId(),
                record.getUserId(),
                record.getEventTimeMs(),
                record.getImpressionId(),
                record.getItemId(),
                record.getScenario(),
                place,
                value);
    }

    static PlainEvent of(Conversion record, Place place, byte[] value) {
        return outcome(
                Kind.CONVERSION,
                record.getEventId(),
                record.getUserId(),
                record.getEventTimeMs(),
                record.getImpressionId(),
                record.getItemId(),
                record.getScenario(),
                place,
                value);
    }

    static PlainEvent of(Investment record, Place place, byte[] value) {
        return new PlainEvent(
                Kind.INVESTMENT,
                record.getEventId(),
                record.getUserId(),
                record.getEventTimeMs(),
                record.getImpressionId(),
                record.getItemId() == null ? "" : record.getItemId(),
                record.getScenario(),
                null,
                "",
                record.getDirection() == Direction.REDEEM,
                record.getAmountMinor(),
                Map.of(),
                Map.of(),
                place,
                value);
    }

    private static PlainEvent outcome(
            Kind kind,
            String id,
            String user,
            long timeMs,
            @Nullable String impressionId,
            String item,
            @Nullable String scenario,
            Place place,
            byte[] value) {
        return new PlainEvent(
                kind,
                id,
                user,
                timeMs,
                impressionId,
                item,
                scenario,
                null,
                "",
                false,
                0,
                Map.of(),
                Map.of(),
                place,
                value);
    }
}
