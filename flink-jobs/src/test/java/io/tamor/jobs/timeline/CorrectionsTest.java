package io.tamor.jobs.timeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.tamor.jobs.config.AttributionOptions;
import io.tamor.jobs.config.CorrectionOptions;
import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.config.LabelSetOptions;
import io.tamor.jobs.config.LabelSetOptions.Redemptions;
import io.tamor.jobs.config.TimelineOptions;
import io.tamor.jobs.timeline.logic.EventKind;
import io.tamor.schemas.Correction;
import io.tamor.schemas.RejectedRecord;
import io.tamor.schemas.RejectionCause;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Late outcomes, and what two label sets make of the same events. */
final class CorrectionsTest {
    private static final long T = 1_600_000_000_000L;
    private static final long MINUTE = 60_000L;
    private static final long HOUR = 60 * MINUTE;
    private static final Duration GRACE = Duration.ofHours(6);
    private static final Deployment DEPLOYMENT = deployment();

    private static Deployment deployment() {
        Deployment base = TestingDeployments.example();
        return TestingDeployments.with(
                base,
                new TimelineOptions(
                        TimelineOptions.Emit.STAGED,
                        base.timeline().matching(),
                        null,
                        List.of(
                                set("last", AttributionOptions.Rule.LAST_CLICK, Redemptions.IGNORE),
                                set(
                                        "net",
                                        AttributionOptions.Rule.FIRST_CLICK,
                                        Redemptions.RETRACT)),
                        new CorrectionOptions(GRACE),
                        100,
                        100,
                        null),
                base.tasks());
    }

    private static LabelSetOptions set(
            String name, AttributionOptions.Rule rule, Redemptions redemptions) {
        return new LabelSetOptions(
                name,
                new AttributionOptions(rule, AttributionOptions.Scope.ANY, Duration.ofDays(3)),
                redemptions);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void anEmittedLabelIsCorrectedAndOpenOnesAreRight(boolean rocksDb) throws Exception {
        try (TestingTimeline timeline = new TestingTimeline(DEPLOYMENT, rocksDb, 1)) {
            timeline.feed(impression("i1", T).raw(0));
            timeline.feed(investment("v1", T + 10 * MINUTE, false, 20_000).raw(1));
            timeline.watermarks(T + HOUR);
            timeline.feed(click("c1", "i1", T + 5 * MINUTE).raw(2));
            assertThat(TestingCorrections.ofLabels(timeline.collected().corrections))
                    .extracting(
                            Correction::getImpressionId,
                            Correction::getLabelSet,
                            Correction::getStage,
                            Correction::getTask,
                            Correction::getVersion,
                            Correction::getOldLabel,
                            Correction::getNewLabel,
                            Correction::getMaturedAtMs,
                            Correction::getOutcomeTimeMs)
                    .containsExactly(
                            tuple(
                                    "i1",
                                    "last",
                                    0,
                                    "click",
                                    1L,
                                    0f,
                                    1f,
                                    T + 15 * MINUTE,
                                    T + 5 * MINUTE),
                            tuple(
                                    "i1",
                                    "net",
                                    0,
                                    "click",
                                    1L,
                                    0f,
                                    1f,
                                    T + 15 * MINUTE,
                                    T + 5 * MINUTE));
            timeline.feed(click("c1", "i1", T + 5 * MINUTE).raw(3));
            timeline.finish();
            assertThat(timeline.rejected)
                    .extracting(RejectedRecord::getCause)
                    .containsExactly(RejectionCause.DUPLICATE);
            assertThat(TestingCorrections.ofLabels(timeline.corrections)).hasSize(2);
            assertThat(timeline.samples)
                    .filteredOn(s -> s.getStage() == 2)
                    .as("the investment came after what is now a click")
                    .hasSize(2)
                    .allMatch(s -> s.getLabels().get(2) == 1f && s.getAmountMinor() == 20_000);
            assertThat(timeline.counts())
                    .containsEntry("timeline.accepted.late", 1L)
                    .containsEntry("timeline.corrections", 2L);
        }
    }

    @Test
    void whatIsBehindTheGraceAndEveryImpressionIsLate() throws Exception {
        try (TestingTimeline timeline = new TestingTimeline(DEPLOYMENT, false, 1)) {
            long watermark = T + 12 * HOUR;
            timeline.feed(impression("i1", T).raw(0));
            timeline.watermarks(watermark);
            long last = watermark - GRACE.toMillis();
            timeline.feed(investment("v1", last, false, 1).raw(1));
            timeline.feed(investment("v2", last - 1, false, 1).raw(2));
            timeline.feed(impression("i2", watermark).raw(3));
            timeline.finish();
            assertThat(timeline.rejected)
                    .extracting(RejectedRecord::getCause, RejectedRecord::getOffset)
                    .containsExactly(
                            tuple(RejectionCause.LATE, 2L), tuple(RejectionCause.LATE, 3L));
        }
    }

    @Test
    void redemptionsRetractInOneSetAndEachLateOneCorrectsAgain() throws Exception {
        try (TestingTimeline timeline = new TestingTimeline(DEPLOYMENT, false, 1)) {
            timeline.feed(impression("i1", T).raw(0));
            timeline.feed(click("c1", "i1", T + MINUTE).raw(1));
            timeline.feed(investment("v1", T + 2 * MINUTE, false, 30_000).raw(2));
            timeline.watermarks(T + 73 * HOUR);
            timeline.feed(investment("v2", T + 71 * HOUR, true, 25_000).raw(3));
            timeline.feed(investment("v3", T + 70 * HOUR, true, 5_000).raw(4));
            assertThat(TestingCorrections.ofLabels(timeline.collected().corrections))
                    .extracting(
                            Correction::getLabelSet,
                            Correction::getTask,
                            Correction::getVersion,
                            Correction::getOldLabel,
                            Correction::getNewLabel)
                    .containsExactly(
                            tuple("net", "large_investment", 1L, 1f, 0f),
                            tuple("net", "investment", 2L, 1f, 0f));
            timeline.finish();
            assertThat(timeline.samples)
                    .filteredOn(s -> s.getStage() == 3)
                    .as("the user's total: gross in one set, net in the other")
                    .extracting(s -> s.getLabelSet(), s -> s.getLabels().get(4))
                    .containsExactly(tuple("last", 1f), tuple("net", 0f));
        }
    }

    /** The watermark begins anew, so the outcome waits like any other until it is found late. */
    @Test
    void aLateOutcomeAfterARestoreCorrectsToo() throws Exception {
        try (TestingTimeline timeline = new TestingTimeline(DEPLOYMENT, false, 1)) {
            timeline.feed(impression("i1", T).raw(0));
            timeline.watermarks(T + HOUR);
            timeline.restore(1);
            timeline.feed(click("c1", "i1", T + 5 * MINUTE).raw(1));
            timeline.watermarks(T + 2 * HOUR);
            assertThat(TestingCorrections.ofLabels(timeline.corrections)).hasSize(2);
            timeline.finish();
            assertThat(timeline.rejected).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void nothingIsLeftAfterTheGrace(boolean rocksDb) throws Exception {
        try (TestingTimeline timeline = new TestingTimeline(DEPLOYMENT, rocksDb, 1)) {
            timeline.feed(impression("i1", T).raw(0));
            timeline.feed(click("c1", "i1", T + MINUTE).raw(1));
            long closed = T + 7 * 24 * HOUR;
            timeline.watermarks(closed + GRACE.toMillis());
            assertThat(timeline.usersWithFrozen()).as("still to be named by corrections").isOne();
            timeline.watermarks(closed + GRACE.toMillis() + 1);
            assertThat(timeline.usersWithFrozen()).isZero();
            timeline.watermarks(T + 40 * 24 * HOUR);
            int[] users = {0};
            timeline.forEachUser(user -> users[0]++);
            assertThat(users[0]).isZero();
            assertThat(timeline.timers()).isZero();
            assertThat(timeline.waiting()).isZero();
        }
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
