package io.tamor.jobs.timeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.config.DeploymentReader;
import io.tamor.jobs.timeline.logic.EventKind;
import io.tamor.jobs.timeline.logic.RawEvent;
import io.tamor.schemas.RejectionCause;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is refused on arrival, and the stored form of an event. */
final class EventDeserializerTest {
    private static final long T = 1_600_000_000_000L;

    record Impossible(TestingEvent event, String problem) {}

    static List<Impossible> impossible() {
        return List.of(
                new Impossible(TestingEvent.impression("i", "", T, "item", "fund", null), "userId"),
                new Impossible(TestingEvent.impression("", "u", T, "item", "fund", null), "id"),
                new Impossible(TestingEvent.impression("i", "u", T, "", "fund", null), "itemId"),
                new Impossible(
                        TestingEvent.impression("i", "u", T, "item".repeat(2_000), "fund", null),
                        "wanted at most 4096 characters of user, event, item and impression, was"
                                + " 8000"),
                new Impossible(
                        TestingEvent.impression("i", "u", 0, "item", "fund", null), "eventTimeMs"),
                new Impossible(
                        TestingEvent.impression("i", "u", Long.MAX_VALUE, "item", "fund", null),
                        "eventTimeMs"),
                new Impossible(
                        TestingEvent.impression("i", "u", T, "item", "bank", null),
                        "[fund, insurance], was bank"),
                new Impossible(
                        TestingEvent.impression("i", "u", T, "item", "fund", T - 1),
                        "validUntilMs"),
                new Impossible(
                        TestingEvent.outcome(EventKind.CLICK, "c", "u", T, null, "", null),
                        "impressionId or an itemId"),
                new Impossible(
                        TestingEvent.investment("v", "u", T, null, null, false, 0),
                        "amountMinor: wanted > 0, was 0"));
    }

    @ParameterizedTest
    @MethodSource("impossible")
    void theImpossibleIsRefusedWithItsReason(Impossible one) {
        RawEvent read = read(one.event().kind(), one.event().bytes());
        assertThat(read.cause()).isEqualTo(RejectionCause.INVALID);
        assertThat(read.detail()).contains(one.problem());
        assertThat(read.payload()).isEqualTo(one.event().bytes());
    }

    @Test
    void aGoodEventIsReadWithItsOrigin() {
        TestingEvent event =
                TestingEvent.impression("i", "u", T, "item", "fund", T)
                        .with(Map.of("age", "30"), Map.of());
        RawEvent read = read(EventKind.IMPRESSION, event.bytes());
        assertThat(read.cause()).isNull();
        assertThat(read.userId()).isEqualTo("u");
        assertThat(read.timeMs()).isEqualTo(T);
        assertThat(read.partition()).isEqualTo(2);
        assertThat(read.offset()).isEqualTo(99);
    }

    @Test
    void anImpossibleTimeIsFiledUnderTheRecordsOwn() {
        byte[] future =
                TestingEvent.impression("i", "u", Long.MAX_VALUE, "item", "fund", null).bytes();
        RawEvent read = read(EventKind.IMPRESSION, future);
        assertThat(read.timeMs()).isEqualTo(T);
        assertThat(read.detail()).contains(Long.toString(Long.MAX_VALUE));
    }

    @Test
    void aClockThatIsAheadIsRefusedWhereTheLeadIsBounded() {
        Deployment deployment =
                DeploymentReader.parse(
                        "bounded lead",
                        TestingDeployments.text()
                                .replace("outage: 1 h}", "outage: 1 h, lead: 1 min}"));
        EventDeserializer bounded = new EventDeserializer(EventKind.IMPRESSION, deployment);
        bounded.open(null);
        byte[] event = TestingEvent.impression("i", "u", T, "item", "fund", null).bytes();

        assertThat(bounded.read(event, T, 0, 0, T - 60_000).cause()).isNull();
        RawEvent ahead = bounded.read(event, 7, 0, 0, T - 60_001);
        assertThat(ahead.cause()).isEqualTo(RejectionCause.INVALID);
        assertThat(ahead.detail()).contains("event_time.lead").contains("PT1M");
        assertThat(ahead.timeMs()).isEqualTo(7);
    }

    @Test
    void bytesOfAnotherKindAreUndecodable() {
        byte[] click =
                TestingEvent.outcome(EventKind.CLICK, "c", "u", T, "i", "item", null).bytes();
        RawEvent read = read(EventKind.IMPRESSION, click);
        assertThat(read.cause()).isEqualTo(RejectionCause.UNDECODABLE);
        assertThat(read.detail()).contains("Impression");
        assertThat(read(EventKind.CLICK, new byte[0]).cause())
                .isEqualTo(RejectionCause.UNDECODABLE);
    }

    @Test
    void eventsSurviveTheirSerializer() throws Exception {
        RawEvent good = new RawEvent(EventKind.INVESTMENT, "üser", T, 7, 1L << 40, new byte[] {1});
        for (RawEvent event :
                List.of(
                        good,
                        good.refused(RejectionCause.INVALID, "why"),
                        good.refused(RejectionCause.UNDECODABLE, "how"))) {
            DataOutputSerializer out = new DataOutputSerializer(64);
            RawEventSerializer.INSTANCE.serialize(event, out);
            RawEvent read =
                    RawEventSerializer.INSTANCE.deserialize(
                            new DataInputDeserializer(out.getCopyOfBuffer()));
            assertThat(read).usingRecursiveComparison().isEqualTo(event);
        }
    }

    private static RawEvent read(EventKind kind, byte[] value) {
        EventDeserializer deserializer = new EventDeserializer(kind, TestingDeployments.example());
        deserializer.open(null);
        return deserializer.read(value, T, 2, 99, T);
    }

    @Test
    void aTierThatIsNoneOfTheConfiguredIsRefused() {
        var base = TestingDeployments.example();
        var byAttribute =
                TestingDeployments.with(
                        base,
                        base.timeline(),
                        base.tasks(),
                        new io.tamor.jobs.config.TierOptions("level", base.tiers().bands()),
                        base.features());
        EventDeserializer deserializer = new EventDeserializer(EventKind.IMPRESSION, byAttribute);
        deserializer.open(null);
        TestingEvent plain = TestingEvent.impression("i", "u", T, "item", "fund", null);
        assertThat(deserializer.read(plain.bytes(), T, 0, 0, T).detail()).contains("level");
        byte[] gold = plain.with(Map.of("level", "gold"), Map.of()).bytes();
        assertThat(deserializer.read(gold, T, 0, 0, T).detail()).contains("was gold");
        byte[] high = plain.with(Map.of("level", "high"), Map.of()).bytes();
        assertThat(deserializer.read(high, T, 0, 0, T).cause()).isNull();
        assertThat(new String(high, StandardCharsets.ISO_8859_1)).contains("high");
    }
}
