package io.tamor.schemas.wire;

import io.tamor.schemas.Click;
import io.tamor.schemas.Conversion;
import io.tamor.schemas.Correction;
import io.tamor.schemas.Direction;
import io.tamor.schemas.Impression;
import io.tamor.schemas.Investment;
import io.tamor.schemas.LearnerMetrics;
import io.tamor.schemas.RejectedRecord;
import io.tamor.schemas.RejectionCause;
import io.tamor.schemas.Sample;
import io.tamor.schemas.SnapshotAction;
import io.tamor.schemas.SnapshotAnnouncement;
import io.tamor.schemas.UserBiasRow;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import org.apache.avro.specific.SpecificRecordBase;

/** One record of each type, with every field set. The bytes in /v1 hold exactly these. */
final class ExampleRecords {
    private static final long NOON = 1_767_268_800_000L;

    private ExampleRecords() {}

    static List<SpecificRecordBase> all() {
        return List.of(
                impression(),
                click(),
                new Conversion("c-1", "user-1", "i-1", "gold-fund", "fund", NOON + 60_000),
                new Investment(
                        "t-1",
                        "user-1",
                        null,
                        "gold-fund",
                        "fund",
                        Direction.SUBSCRIBE,
                        1_234_567_890_123L,
                        NOON + 90_000),
                sample(),
                new Correction(
                        "i-1",
                        "default",
                        1,
                        "amount",
                        3L,
                        0f,
                        12.5f,
                        "user-1",
                        NOON,
                        NOON + 900_000,
                        NOON + 800_000,
                        "",
                        -1,
                        -1L,
                        -1L),
                new RejectedRecord(
                        RejectionCause.ORPHAN,
                        "no impression i-9 of user-1",
                        "clicks",
                        "clicks",
                        3,
                        1807L,
                        NOON,
                        ByteBuffer.wrap(new byte[] {1, 2, 3})),
                new SnapshotAnnouncement(
                        "wealth",
                        7L,
                        SnapshotAction.PUBLISH,
                        "file:///s/7",
                        "ab12",
                        6L,
                        NOON,
                        "1.0",
                        null),
                new UserBiasRow("user-1", 7L, FeatureWire.packDense(new float[] {1f, -2f}), NOON),
                clickMetrics());
    }

    private static LearnerMetrics clickMetrics() {
        return new LearnerMetrics(
                "wealth",
                "click",
                "high",
                "all",
                false,
                NOON,
                NOON + 3_600_000,
                100L,
                7L,
                0.75,
                0.2,
                0.9,
                1.1,
                1000L,
                10L,
                0L,
                null,
                null,
                null,
                null,
                null,
                null);
    }

    /** Of an amount, which version 1 had no figures for; the bytes in /v2 hold exactly this. */
    static LearnerMetrics amountMetrics() {
        return LearnerMetrics.newBuilder(clickMetrics())
                .setTask("amount")
                .setCumulative(true)
                .setAuc(null)
                .setLogLoss(null)
                .setNormalizedEntropy(null)
                .setNrmse(0.8)
                .setMae(120.5)
                .setGini(0.6)
                .setSpearman(0.4)
                .build();
    }

    /** With alarms, which version 2 did not count; the bytes in /v3 hold exactly this. */
    static LearnerMetrics driftMetrics() {
        return LearnerMetrics.newBuilder(clickMetrics())
                .setCumulative(true)
                .setLossAlarms(3L)
                .setCalibrationAlarms(1L)
                .build();
    }

    /** With a reason, which version 1 had no place for; the bytes in /v2 hold exactly this. */
    static SnapshotAnnouncement rollback() {
        return new SnapshotAnnouncement(
                "wealth",
                6L,
                SnapshotAction.ROLLBACK,
                "file:///s/6",
                "ab11",
                5L,
                NOON,
                "1.0",
                "click, tier all: AUC 0.6000, live 0.7000, may drop by 0.0100");
    }

    /** Of an outcome, which version 1 does not name; the bytes in /v2 hold exactly this. */
    static Correction correctionByOutcome() {
        return new Correction(
                "i-1",
                "default",
                1,
                "amount",
                3L,
                0f,
                12.5f,
                "user-1",
                NOON,
                NOON + 900_000,
                NOON + 800_000,
                "investments",
                2,
                1807L,
                NOON + 1_000_000);
    }

    static Click click() {
        return new Click("k-1", "user-1", "i-1", "gold-fund", "fund", NOON + 30_000);
    }

    static Impression impression() {
        return new Impression(
                "i-1",
                "user-1",
                "gold-fund",
                "fund",
                NOON,
                NOON + 86_400_000,
                "r-1",
                Map.of("age", "30-39"),
                Map.of("price", 1.5));
    }

    static Sample sample() {
        return new Sample(
                "i-1",
                "",
                1,
                false,
                "user-1",
                "gold-fund",
                "fund",
                "high",
                NOON,
                NOON + 900_000,
                0x1234_5678_9abc_def0L,
                FeatureWire.packCategorical(new long[][] {{5L}, {}, {-1L, 9L}}),
                FeatureWire.packDense(new float[] {0.5f, -3f}),
                List.of(1f, 0f),
                List.of(true, false),
                List.of(1f, 1f),
                250_000L);
    }
}
