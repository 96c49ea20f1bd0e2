package io.tamor.jobs.timeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tamor.jobs.config.AggregateOptions.Events;
import io.tamor.jobs.config.AggregateOptions.Same;
import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.config.DeploymentReader;
import io.tamor.jobs.timeline.logic.EventKind;
import io.tamor.jobs.timeline.logic.EventWire;
import io.tamor.jobs.timeline.logic.Population;
import io.tamor.jobs.timeline.logic.PopulationEvent;
import io.tamor.jobs.timeline.logic.PopulationRules;
import io.tamor.jobs.timeline.logic.PopulationState;
import io.tamor.jobs.timeline.logic.RawEvent;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.junit.jupiter.api.Test;

/** The stored forms of the population stages: bytes of earlier builds are read by this one. */
final class PopulationHistoryTest {
    private static final long T = 1_600_000_000_000L;
    private static final String STATE_V1 =
            "0190cebabbc82e00000001de95b09398365b818380babbc82e03ad3eaeb5029c901b02fe0fecb8029c901b01c6be097303dac20401a8c301";
    private static final String TOLD_V2 =
            "20057573657200000174876e800000000001000000000000000200000001070000000000000005000000013fe0000000000000";
    private static final String EVENT_V1 =
            "0105056974656d03696400000174876e8000000000090000000000000064";

    private static final Deployment DEPLOYMENT =
            DeploymentReader.parse(
                    "deployment.yaml",
                    TestingDeployments.text()
                            .replace(
                                    "tasks:\n",
                                    "  - {name: sum, side: item, type: dense, aggregate: {function:"
                                            + " sum, of: investments, over: 7 d, same: item, users:"
                                            + " all}}\n"
                                            + "  - {name: ctr, side: item, type: dense, aggregate:"
                                            + " {function: rate, of: clicks, per: impressions, over:"
                                            + " 1 d, same: item, users: all}}\n"
                                            + "tasks:\n"));
    private static final PopulationRules RULES = new PopulationRules(DEPLOYMENT, Same.ITEM);

    @Test
    void anItemOfVersionOneGoesOnWhereItStopped() throws Exception {
        assertThat(hex(item())).isEqualTo(STATE_V1);
        PopulationState restored =
                PopulationState.read(new DataInputDeserializer(HexFormat.of().parseHex(STATE_V1)));
        assertThat(restored.appliedMs()).isEqualTo(T + 10_000);
        List<RawEvent> told = new ArrayList<>();
        RULES.apply("item", restored, List.of(event("i3", T + 60_000)), told::add);
        assertThat(told.get(0).population().values()).containsExactly(250.0, 0.5);
        assertThat(told.get(0).population().featureSchema())
                .isEqualTo(DEPLOYMENT.sampleSchema().fingerprint());
    }

    @Test
    void eventsOfEarlierVersionsAreRead() throws Exception {
        RawEvent impression =
                new RawEvent(EventKind.IMPRESSION, "user", T, 1, 2, new byte[] {7})
                        .told(new Population(5, new double[] {0.5}));
        DataOutputSerializer out = new DataOutputSerializer(64);
        RawEventSerializer.INSTANCE.serialize(impression, out);
        assertThat(HexFormat.of().formatHex(out.getCopyOfBuffer())).isEqualTo(TOLD_V2);
        RawEvent read =
                RawEventSerializer.INSTANCE.deserialize(
                        new DataInputDeserializer(HexFormat.of().parseHex(TOLD_V2)));
        assertThat(read.population().values()).containsExactly(0.5);
        assertThat(read.population().featureSchema()).isEqualTo(5);

        PopulationEvent redeemed =
                new PopulationEvent("item", Events.REDEMPTIONS, T, "id", 9, 100, null);
        out = new DataOutputSerializer(64);
        PopulationEventSerializer.INSTANCE.serialize(redeemed, out);
        assertThat(HexFormat.of().formatHex(out.getCopyOfBuffer())).isEqualTo(EVENT_V1);
        assertThat(
                        PopulationEventSerializer.INSTANCE.deserialize(
                                new DataInputDeserializer(HexFormat.of().parseHex(EVENT_V1))))
                .isEqualTo(redeemed);
    }

    @Test
    void aVersionToComeIsRefused() {
        byte[] state = {9, 0};
        assertThatThrownBy(() -> PopulationState.read(new DataInputDeserializer(state)))
                .hasMessageContaining("reads version 1, found 9");
    }

    private static PopulationState item() throws Exception {
        PopulationState state = new PopulationState();
        RULES.apply(
                "item",
                state,
                List.of(
                        event("i1", T),
                        event("i2", T + 1),
                        new PopulationEvent("", Events.CLICKS, T + 2, "c1", 0, 0, null),
                        new PopulationEvent("", Events.CLICKS, T + 2, "c1", 0, 0, null),
                        new PopulationEvent("", Events.INVESTMENTS, T + 3, "v", 0, 25_000, null)),
                told -> {});
        state.applied(T + 10_000);
        return state;
    }

    private static PopulationEvent event(String id, long timeMs) throws Exception {
        RawEvent raw = TestingEvent.impression(id, "user", timeMs, "item", "fund", null).raw(0);
        return RULES.event(new EventWire().decodeAgain(raw)).underKey();
    }

    private static String hex(PopulationState state) throws Exception {
        DataOutputSerializer out = new DataOutputSerializer(64);
        state.write(out);
        return HexFormat.of().formatHex(out.getCopyOfBuffer());
    }
}
