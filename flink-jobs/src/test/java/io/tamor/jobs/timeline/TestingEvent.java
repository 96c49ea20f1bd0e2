package io.tamor.jobs.timeline;

import io.tamor.jobs.timeline.logic.EventKind;
import io.tamor.jobs.timeline.logic.RawEvent;
import io.tamor.jobs.verify.logic.Place;
import io.tamor.jobs.verify.logic.PlainEvent;
import io.tamor.jobs.verify.logic.PlainEventReader;
import io.tamor.schemas.Click;
import io.tamor.schemas.Conversion;
import io.tamor.schemas.Direction;
import io.tamor.schemas.Impression;
import io.tamor.schemas.Investment;
import io.tamor.schemas.wire.MalformedRecordException;
import io.tamor.schemas.wire.RecordWire;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** An event of any kind as tests write it: plain values, independent of the code under test. */
record TestingEvent(
        EventKind kind,
        String id,
        String user,
        long timeMs,
        String impressionId,
        String item,
        String scenario,
        Long validUntilMs,
        boolean redemption,
        long amountMinor,
        Map<String, String> attributes,
        Map<String, Double> measures) {
    /** Attribute of an impression that is its request id, too. */
    static final String REQUEST = "request";

    private static final RecordWire<Impression> IMPRESSIONS = RecordWire.of(Impression.class);
    private static final RecordWire<Click> CLICKS = RecordWire.of(Click.class);
    private static final RecordWire<Conversion> CONVERSIONS = RecordWire.of(Conversion.class);
    private static final RecordWire<Investment> INVESTMENTS = RecordWire.of(Investment.class);

    static TestingEvent impression(
            String id, String user, long timeMs, String item, String scenario, Long validUntilMs) {
        return new TestingEvent(
                EventKind.IMPRESSION,
                id,
                user,
                timeMs,
                null,
                item,
                scenario,
                validUntilMs,
                false,
                0,
                Map.of(),
                Map.of());
    }

    static TestingEvent outcome(
            EventKind kind,
            String id,
            String user,
            long timeMs,
            String impressionId,
            String item,
            String scenario) {
        return new TestingEvent(
                kind,
                id,
                user,
                timeMs,
                impressionId,
                item,
                scenario,
                null,
                false,
                0,
                Map.of(),
                Map.of());
    }

    static TestingEvent investment(
            String id,
            String user,
            long timeMs,
            String impressionId,
            String scenario,
            boolean redemption,
            long amountMinor) {
        return new TestingEvent(
                EventKind.INVESTMENT,
                id,
                user,
                timeMs,
                impressionId,
                null,
                scenario,
                null,
                redemption,
                amountMinor,
                Map.of(),
                Map.of());
    }

    TestingEvent with(Map<String, String> newAttributes, Map<String, Double> newMeasures) {
        return new TestingEvent(
                kind,
                id,
                user,
                timeMs,
                impressionId,
                item,
                scenario,
                validUntilMs,
                redemption,
                amountMinor,
                newAttributes,
                newMeasures);
    }

    TestingEvent ofItem(String newItem) {
        return new TestingEvent(
                kind,
                id,
                user,
                timeMs,
                impressionId,
                newItem,
                scenario,
                validUntilMs,
                redemption,
                amountMinor,
                attributes,
                measures);
    }

    TestingEvent amounting(long newAmountMinor) {
        return new TestingEvent(
                kind,
                id,
                user,
                timeMs,
                impressionId,
                item,
                scenario,
                validUntilMs,
                redemption,
                newAmountMinor,
                attributes,
                measures);
    }

    TestingEvent at(long newTimeMs) {
        return new TestingEvent(
                kind,
                id,
                user,
                newTimeMs,
                impressionId,
                item,
                scenario,
                // What is true of the event must stay possible.
                validUntilMs == null ? null : (Long) Math.max(validUntilMs, newTimeMs),
                redemption,
                amountMinor,
                attributes,
                measures);
    }

    /** The same event of another user, with ids to match. */
    TestingEvent of(String group) {
        return new TestingEvent(
                kind,
                group + id,
                group + user,
                timeMs,
                impressionId == null ? null : group + impressionId,
                item,
                scenario,
                validUntilMs,
                redemption,
                amountMinor,
                attributes,
                measures);
    }

    /** The events as the oracle reads them from their bytes, numbered in their order. */
    static List<PlainEvent> plain(List<TestingEvent> events) {
        PlainEventReader reader = new PlainEventReader();
        List<PlainEvent> plain = new ArrayList<>();
        for (TestingEvent event : events) {
            PlainEvent.Kind kind = PlainEvent.Kind.valueOf(event.kind.name());
            Place place = new Place(kind.stream(), 0, plain.size());
            try {
                plain.add(reader.read(kind, place, event.bytes()));
            } catch (MalformedRecordException e) {
                throw new IllegalStateException(event.toString(), e);
            }
        }
        return plain;
    }

    RawEvent raw(long offset) {
        return new RawEvent(kind, user, timeMs, 0, offset, bytes());
    }

    byte[] bytes() {
        return switch (kind) {
            case IMPRESSION ->
                    IMPRESSIONS.encode(
                            Impression.newBuilder()
                                    .setImpressionId(id)
                                    .setUserId(user)
                                    .setItemId(item)
                                    .setScenario(scenario)
                                    .setEventTimeMs(timeMs)
                                    .setValidUntilMs(validUntilMs)
                                    .setRequestId(attributes.get(REQUEST))
                                    .setAttributes(new TreeMap<>(attributes))
                                    .setMeasures(new TreeMap<>(measures))
                                    .build());
            case CLICK ->
                    CLICKS.encode(
                            Click.newBuilder()
                                    .setEventId(id)
                                    .setUserId(user)
                                    .setImpressionId(impressionId)
                                    .setItemId(item)
                                    .setScenario(scenario)
                                    .setEventTimeMs(timeMs)
                                    .build());
            case CONVERSION ->
                    CONVERSIONS.encode(
                            Conversion.newBuilder()
                                    .setEventId(id)
                                    .setUserId(user)
                                    .setImpressionId(impressionId)
                                    .setItemId(item)
                                    .setScenario(scenario)
                                    .setEventTimeMs(timeMs)
                                    .build());
            case INVESTMENT ->
                    INVESTMENTS.encode(
                            Investment.newBuilder()
                                    .setEventId(id)
                                    .setUserId(user)
                                    .setImpressionId(impressionId)
                                    .setItemId(item)
                                    .setScenario(scenario)
                                    .setDirection(
                                            redemption ? Direction.REDEEM : Direction.SUBSCRIBE)
                                    .setAmountMinor(amountMinor)
                                    .setEventTimeMs(timeMs)
                                    .build());
        };
    }
}
