package io.tamor.quickstart.benchmark;

import io.tamor.jobs.timeline.logic.EventKind;
import io.tamor.schemas.Click;
import io.tamor.schemas.Conversion;
import io.tamor.schemas.Direction;
import io.tamor.schemas.Impression;
import io.tamor.schemas.Investment;
import io.tamor.schemas.wire.RecordWire;
import java.io.Serializable;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The events of a workload as topics would hold them. One a thread. */
final class EventBytes implements Serializable {
    private static final String[] CITIES = {"beijing", "shanghai", "shenzhen", "chengdu", "xian"};
    private static final String[] DEVICES = {"android", "ios", "web"};
    private static final int AGE_BANDS = 8;
    private static final int RISKS = 5;

    private final EventKind kind;
    private final Workload workload;
    private transient @Nullable Wires wires;

    EventBytes(EventKind kind, Workload workload) {
        this.kind = kind;
        this.workload = workload;
    }

    private record Wires(
            RecordWire<Impression> impressions,
            RecordWire<Click> clicks,
            RecordWire<Conversion> conversions,
            RecordWire<Investment> investments) {}

    byte[] of(long impression, long timeMs) {
        Wires opened = wires;
        if (opened == null) {
            opened =
                    new Wires(
                            RecordWire.of(Impression.class),
                            RecordWire.of(Click.class),
                            RecordWire.of(Conversion.class),
                            RecordWire.of(Investment.class));
            wires = opened;
        }
        String id = Workload.id(impression);
        String user = workload.user(impression);
        String item = workload.item(impression);
        String scenario = workload.scenario(impression);
        return switch (kind) {
            case IMPRESSION ->
                    opened.impressions.encode(
                            new Impression(
                                    id,
                                    user,
                                    item,
                                    scenario,
                                    timeMs,
                                    null,
                                    null,
                                    attributes(impression),
                                    measures(impression)));
            case CLICK ->
                    opened.clicks.encode(
                            Click.newBuilder()
                                    .setEventId("click-" + impression)
                                    .setUserId(user)
                                    .setImpressionId(id)
                                    .setItemId(item)
                                    .setScenario(scenario)
                                    .setEventTimeMs(timeMs)
                                    .build());
            case CONVERSION ->
                    opened.conversions.encode(
                            Conversion.newBuilder()
                                    .setEventId("conversion-" + impression)
                                    .setUserId(user)
                                    .setImpressionId(id)
                                    .setItemId(item)
                                    .setScenario(scenario)
                                    .setEventTimeMs(timeMs)
                                    .build());
            case INVESTMENT ->
                    opened.investments.encode(
                            Investment.newBuilder()
                                    .setEventId("investment-" + impression)
                                    .setUserId(user)
                                    .setImpressionId(id)
                                    .setItemId(item)
                                    .setScenario(scenario)
                                    .setDirection(Direction.SUBSCRIBE)
                                    .setAmountMinor(workload.amountMinor(impression))
                                    .setEventTimeMs(timeMs)
                                    .build());
        };
    }

    private Map<String, String> attributes(long impression) {
        Map<String, String> attributes = new HashMap<>();
        attributes.put("age_band", "age-" + workload.draw(impression, 4, AGE_BANDS));
        attributes.put("city", CITIES[workload.draw(impression, 5, CITIES.length)]);
        attributes.put("device", DEVICES[workload.draw(impression, 6, DEVICES.length)]);
        attributes.put("risk_level", "R" + workload.draw(impression, 5, RISKS));
        attributes.put("product_risk", "P" + workload.draw(impression, 3, RISKS));
        return attributes;
    }

    private Map<String, Double> measures(long impression) {
        Map<String, Double> measures = new HashMap<>();
        measures.put("member_days", (double) workload.draw(impression, 7, 2_000));
        measures.put("yield_percent", workload.draw(impression, 3, 500) / 100.0);
        return measures;
    }
}
