package io.tamor.jobs.timeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.tamor.jobs.config.AttributionOptions;
import io.tamor.jobs.config.CorrectionOptions;
import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.config.DeploymentReader;
import io.tamor.jobs.config.LabelSetOptions;
import io.tamor.jobs.config.LabelSetOptions.Redemptions;
import io.tamor.jobs.config.TierOptions;
import io.tamor.jobs.config.TimelineOptions;
import io.tamor.jobs.config.TimelineOptions.Emit;
import io.tamor.jobs.timeline.logic.EventKind;
import io.tamor.schemas.Correction;
import io.tamor.schemas.RejectedRecord;
import io.tamor.schemas.RejectionCause;
import io.tamor.schemas.Sample;
import java.net.URL;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.util.OperatorSnapshotUtil;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A configuration that changes over a savepoint, where it may. */
final class TimelineChangesTest {
    private static final long T = 1_600_000_000_000L;
    private static final long MINUTE = 60_000L;
    private static final long HOUR = 60 * MINUTE;
    private static final Deployment BASE = TestingDeployments.example();

    private static final LabelSetOptions GROSS =
            set("gross", AttributionOptions.Rule.LAST_CLICK, Redemptions.IGNORE);
    private static final LabelSetOptions NET =
            set("net", AttributionOptions.Rule.LAST_CLICK, Redemptions.RETRACT);

    private static LabelSetOptions set(
            String name, AttributionOptions.Rule rule, Redemptions redemptions) {
        return new LabelSetOptions(
                name,
                new AttributionOptions(rule, AttributionOptions.Scope.ANY, Duration.ofDays(3)),
                redemptions);
    }

    private static Deployment deployment(Emit emit, Duration grace, LabelSetOptions... sets) {
        return TestingDeployments.with(
                BASE,
                new TimelineOptions(
                        emit,
                        BASE.timeline().matching(),
                        null,
                        List.of(sets),
                        grace == null ? null : new CorrectionOptions(grace),
                        100,
                        100,
                        null),
                BASE.tasks());
    }

    /** What is attributed in a set begins with the set; what all sets share it knows at once. */
    @ParameterizedTest
    @CsvSource({"1, 0, 0, 20000", "1, 5000, 1, 25000", "73, 0, 0, 20000", "73, 5000, 0, 20000"})
    void anAppendedLabelSetJoinsImpressionsWithLabelsClosed(
            int hours, long laterMinor, float invested, long grossMinor) throws Exception {
        try (TestingTimeline timeline =
                goneOn(
                        deployment(Emit.ONCE, null, GROSS),
                        deployment(Emit.ONCE, null, GROSS, NET),
                        hours,
                        List.of(
                                impression("i1", T),
                                click("c1", "i1", T + MINUTE),
                                investment("v1", T + 2 * MINUTE, false, 20_000)))) {
            if (laterMinor > 0) {
                timeline.feed(
                        investment("v2", T + hours * HOUR + MINUTE, false, laterMinor).raw(9));
            }
            timeline.finish();
            assertThat(timeline.samples)
                    .extracting(Sample::getLabelSet, Sample::getLabels, Sample::getAmountMinor)
                    .containsExactly(
                            tuple("gross", List.of(1f, 0f, 1f, 1f, 1f), grossMinor),
                            tuple(
                                    "net",
                                    List.of(1f, 0f, invested, 0f, 1f),
                                    invested == 0 ? 0L : laterMinor));
            assertThat(timeline.samples)
                    .allMatch(s -> !s.getMasks().contains(false), "every label is mature");
        }
    }

    @Test
    void theUsersTotalOfASetThatIsTheFirstToRetractKnowsWhatCameBefore() throws Exception {
        try (TestingTimeline timeline =
                goneOn(
                        deployment(Emit.STAGED, null, GROSS),
                        deployment(Emit.STAGED, null, GROSS, NET),
                        1,
                        List.of(
                                impression("i1", T),
                                investment("v1", T + MINUTE, false, 20_000)))) {
            timeline.feed(investment("v2", T + 2 * HOUR, true, 5_000).raw(9));
            timeline.finish();
            assertThat(timeline.samples)
                    .filteredOn(Sample::getLastStage)
                    .extracting(Sample::getLabelSet, s -> s.getLabels().get(4))
                    .containsExactly(tuple("gross", 1f), tuple("net", 1f));
        }
    }

    /** The names that a correction needs are kept from the change on. */
    @Test
    void anOutcomeThatWouldCorrectAnImpressionFromBeforeCorrectionsIsLate() throws Exception {
        try (TestingTimeline timeline =
                goneOn(
                        deployment(Emit.STAGED, null, GROSS),
                        deployment(Emit.STAGED, Duration.ofHours(6), GROSS),
                        1,
                        List.of(impression("i1", T), click("c1", "i1", T + MINUTE)))) {
            timeline.feed(impression("i2", T + 2 * HOUR).raw(10));
            timeline.watermarks(T + 73 * HOUR);
            timeline.feed(investment("v1", T + 71 * HOUR, false, 20_000).raw(11));
            timeline.watermarks(T + 75 * HOUR);
            timeline.feed(
                    TestingEvent.investment("v2", "user", T + 73 * HOUR, "i2", "fund", false, 9_000)
                            .raw(12));
            timeline.finish();
            assertThat(timeline.rejected)
                    .extracting(RejectedRecord::getCause, RejectedRecord::getOffset)
                    .containsExactly(tuple(RejectionCause.LATE, 11L));
            assertThat(timeline.corrections)
                    .extracting(
                            Correction::getImpressionId,
                            Correction::getTask,
                            Correction::getOutcomeOffset)
                    .containsExactly(tuple("i2", "investment", 12L));
            assertThat(timeline.samples)
                    .filteredOn(s -> s.getImpressionId().equals("i1") && s.getLastStage())
                    .as("the user's total, without what was late")
                    .extracting(s -> s.getLabels().get(4))
                    .containsExactly(0f);
            assertThat(timeline.counts()).containsEntry("timeline.accepted.late", 1L);
        }
    }

    /** Off and on again: what was kept for corrections is gone in between. */
    @Test
    void correctionsCanBeSwitchedOffAndOnAgain() throws Exception {
        Deployment on = deployment(Emit.STAGED, Duration.ofHours(6), GROSS);
        Deployment off = deployment(Emit.STAGED, null, GROSS);
        OperatorSubtaskState state;
        try (TestingTimeline timeline =
                goneOn(on, off, 1, List.of(impression("i1", T), click("c1", "i1", T + MINUTE)))) {
            timeline.feed(impression("i2", T + 2 * HOUR).raw(10));
            timeline.watermarks(T + 3 * HOUR);
            state = timeline.snapshot();
        }
        try (TestingTimeline timeline = new TestingTimeline(on, false, 1)) {
            timeline.restore(state);
            timeline.feed(impression("i3", T + 4 * HOUR).raw(11));
            timeline.watermarks(T + 73 * HOUR);
            timeline.feed(investment("v1", T + 71 * HOUR, false, 20_000).raw(12));
            timeline.finish();
            assertThat(timeline.rejected)
                    .extracting(RejectedRecord::getCause)
                    .containsExactly(RejectionCause.LATE);
            assertThat(timeline.samples).filteredOn(Sample::getLastStage).hasSize(3);
        }
    }

    @Test
    void anImpressionThatWaitsWithoutTheTierThatIsNowNamedIsRejected() throws Exception {
        Deployment named =
                TestingDeployments.with(
                        BASE,
                        BASE.timeline(),
                        BASE.tasks(),
                        new TierOptions("tier", BASE.tiers().bands()),
                        BASE.features());
        try (TestingTimeline timeline = goneOn(BASE, named, 0, List.of(impression("i1", T)))) {
            timeline.finish();
            assertThat(timeline.rejected)
                    .extracting(RejectedRecord::getCause)
                    .containsExactly(RejectionCause.INVALID);
            assertThat(timeline.rejected.get(0).getDetail()).startsWith("attributes.tier: wanted");
            assertThat(timeline.samples).isEmpty();
        }
    }

    /**
     * Windows longer than a label's, but not longer than events were remembered for with twice the
     * grace.
     */
    private static Deployment between(String grace) {
        String text =
                TestingDeployments.text()
                        .replace(
                                "tasks:\n",
                                counted("any", "174 h", "")
                                        + counted("here", "174 h", ", same: scenario")
                                        + counted("of_item", "174 h", ", same: item")
                                        + counted("of_item_long", "20 d", ", same: item, hop: 1 d")
                                        + "tasks:\n");
        return DeploymentReader.parse(
                "deployment.yaml",
                grace.isEmpty()
                        ? text
                        : text.replace(
                                        "  max_pending_per_user",
                                        "  corrections: {grace: "
                                                + grace
                                                + "}\n  max_pending_per_user")
                                .replace(
                                        "  rejected: {",
                                        "  corrections: {name: corrections, partitions: 1}\n"
                                                + "  rejected: {"));
    }

    private static String counted(String name, String over, String rest) {
        return "  - {name: "
                + name
                + ", side: item, type: dense, aggregate: {function: count, of: clicks, over: "
                + over
                + rest
                + "}}\n";
    }

    private static List<TestingEvent> clicked() {
        return List.of(
                impression("i1", T),
                click("c1", "i1", T + MINUTE),
                impression("i2", T + 2 * MINUTE).ofItem("other"),
                click("c2", "i2", T + 3 * MINUTE).ofItem("other"));
    }

    @ParameterizedTest
    @CsvSource({"6 h, ''", "6 h, 1 h", "'', 6 h", "1 h, 6 h"})
    void featuresDoNotDependOnTheGrace(String before, String after) throws Exception {
        try (TestingTimeline timeline = goneOn(between(before), between(after), 1, clicked())) {
            assertThat(laterCounts(timeline)).containsExactly(2f, 2f, 1f, 1f);
        }
    }

    /** It computed from the remembered events what this one keeps counts of. */
    @ParameterizedTest
    @ValueSource(strings = {"6 h", "", "1 h"})
    void featuresOfABuildWhoseMemoryWentByTheGraceGoOn(String grace) throws Exception {
        URL file = getClass().getResource("/state/user-timeline-v6-grace.snapshot");
        try (TestingTimeline timeline = new TestingTimeline(between(grace), false, 1)) {
            timeline.restore(
                    OperatorSnapshotUtil.readStateHandle(Path.of(file.toURI()).toString()));
            assertThat(laterCounts(timeline)).containsExactly(2f, 2f, 1f, 1f);
        }
    }

    private static List<Float> laterCounts(TestingTimeline timeline) throws Exception {
        timeline.feed(impression("i9", T + 2 * HOUR).raw(10));
        timeline.finish();
        Sample sample =
                timeline.samples.stream()
                        .filter(s -> s.getImpressionId().equals("i9"))
                        .findFirst()
                        .orElseThrow();
        List<Float> counts = new ArrayList<>();
        for (int i = 3; i < 7; i++) { // after position, clicks_7d and ctr_here
            counts.add(
                    sample.getDense()
                            .duplicate()
                            .order(ByteOrder.LITTLE_ENDIAN)
                            .getFloat(Float.BYTES * i));
        }
        return counts;
    }

    /** Writes the state of the last test to the file that the argument names. */
    public static void main(String[] arguments) throws Exception {
        try (TestingTimeline timeline = new TestingTimeline(between("6 h"), false, 1)) {
            OperatorSnapshotUtil.writeStateHandle(stopped(timeline, 1, clicked()), arguments[0]);
        }
    }

    private static OperatorSubtaskState stopped(
            TestingTimeline timeline, int hours, List<TestingEvent> events) throws Exception {
        for (int i = 0; i < events.size(); i++) {
            timeline.feed(events.get(i).raw(i));
        }
        if (hours > 0) {
            timeline.watermarks(T + hours * HOUR);
        }
        return timeline.snapshot();
    }

    /**
     * A timeline that goes on from events under another configuration.
     *
     * @param hours how far the watermark had come; 0: not at all
     */
    private static TestingTimeline goneOn(
            Deployment from, Deployment to, int hours, List<TestingEvent> events) throws Exception {
        OperatorSubtaskState state;
        try (TestingTimeline timeline = new TestingTimeline(from, false, 1)) {
            state = stopped(timeline, hours, events);
        }
        TestingTimeline timeline = new TestingTimeline(to, false, 1);
        timeline.restore(state);
        return timeline;
    }

    private static TestingEvent impression(String id, long timeMs) {
        return TestingEvent.impression(id, "user", timeMs, "item", "fund", null);
    }

    private static TestingEvent click(String id, String impressionId, long timeMs) {
        return TestingEvent.outcome(
                EventKind.CLICK, id, "user", timeMs, impressionId, "item", null);
    }

    private static TestingEvent investment(
            String id, long timeMs, boolean redemption, long amountMinor) {
        return TestingEvent.investment(id, "user", timeMs, null, "fund", redemption, amountMinor);
    }
}
