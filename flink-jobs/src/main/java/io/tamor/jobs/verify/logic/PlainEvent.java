package io.tamor.jobs.verify.logic;

import io.tamor.schemas.Click;
import io.tamor.schemas.Conversion;
import io.tamor.schemas.Direction;
import io.tamor.schemas.Impression;
import io.tamor.schemas.Investment;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An event of any kind in plain values, read from its record and from nothing else.
 *
 * @param id the event's own id: of an impression its impression id
 * @param timeMs event time, epoch milliseconds
 * @param impressionId the impression an outcome names, null where it names none
 * @param item empty where an investment has none
 * @param scenario empty where an outcome has none
 * @param validUntilMs of an impression, null where only windows bound it
 * @param requestId of an impression, empty where logs carry none
 * @param redemption true of an investment that lowers the position
 * @param amountMinor of an investment, 0 otherwise
 * @param attributes of an impression, empty otherwise
 * @param measures of an impression, empty otherwise
 */
public record PlainEvent(
        Kind kind,
        String id,
        String user,
        long timeMs,
        @Nullable String impressionId,
        String item,
        String scenario,
        @Nullable Long validUntilMs,
        String requestId,
        boolean redemption,
        long amountMinor,
        Map<String, String> attributes,
        Map<String, Double> measures) {

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

    static PlainEvent of(Impression record) {
        return new PlainEvent(
                Kind.IMPRESSION,
                record.getImpressionId(),
                record.getUserId(),
                record.getEventTimeMs(),
                null,
                record.getItemId(),
                record.getScenario(),
                record.getValidUntilMs(),
                orEmpty(record.getRequestId()),
                false,
                0,
                Map.copyOf(record.getAttributes()),
                Map.copyOf(record.getMeasures()));
    }

    static PlainEvent of(Click record) {
        return outcome(
                Kind.CLICK,
                record.getEventId(),
                record.getUserId(),
                record.getEventTimeMs(),
                record.getImpressionId(),
                record.getItemId(),
                record.getScenario());
    }

    static PlainEvent of(Conversion record) {
        return outcome(
                Kind.CONVERSION,
                record.getEventId(),
                record.getUserId(),
                record.getEventTimeMs(),
                record.getImpressionId(),
                record.getItemId(),
                record.getScenario());
    }

    static PlainEvent of(Investment record) {
        return new PlainEvent(
                Kind.INVESTMENT,
                record.getEventId(),
                record.getUserId(),
                record.getEventTimeMs(),
                record.getImpressionId(),
                orEmpty(record.getItemId()),
                orEmpty(record.getScenario()),
                null,
                "",
                record.getDirection() == Direction.REDEEM,
                record.getAmountMinor(),
                Map.of(),
                Map.of());
    }

    private static PlainEvent outcome(
            Kind kind,
            String id,
            String user,
            long timeMs,
            @Nullable String impressionId,
            String item,
            @Nullable String scenario) {
        return new PlainEvent(
                kind,
                id,
                user,
                timeMs,
                impressionId,
                item,
                orEmpty(scenario),
                null,
                "",
                false,
                0,
                Map.of(),
                Map.of());
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }
}
