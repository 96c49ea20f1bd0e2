package io.tamor.jobs.timeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.timeline.logic.EventKind;
import io.tamor.jobs.timeline.logic.RawEvent;
import io.tamor.schemas.RejectedRecord;
import io.tamor.schemas.RejectionCause;
import io.tamor.schemas.Sample;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What depends on arrival, silence and refusal: the cases that the batch oracle cannot know. */
final class UserTimelineOperatorTest {
    private static final long T = 1_600_000_000_000L;
    private static final long MINUTE = 60_000L;
    private static final Deployment DEPLOYMENT = TestingDeployments.example();

    @Test
    void anEventBehindTheWatermarkIsLateUnlessItIsKnown() throws Exception {
        try (TestingTimeline timeline = new TestingTimeline(DEPLOYMENT, false, 1)) {
            timeline.feed(impression("i1", T).raw(0));
            timeline.watermarks(T);
            timeline.feed(impression("i1", T).raw(1));
            timeline.feed(impression("i2", T).raw(2));
            timeline.finish();
            assertThat(timeline.rejected)
                    .extracting(RejectedRecord::getCause, RejectedRecord::getOffset)
                    .containsExactly(
                            org.assertj.core.groups.Tuple.tuple(RejectionCause.DUPLICATE, 1L),
                            org.assertj.core.groups.Tuple.tuple(RejectionCause.LATE, 2L));
            assertThat(timeline.rejected.get(1).getDetail()).contains("watermark").contains("" + T);
        }
    }

    /** Whether the copy is told as late must not depend on what else the user did. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aCopyOfWhatIsToBeForgottenIsLate(boolean touched) throws Exception {
        try (TestingTimeline timeline = new TestingTimeline(DEPLOYMENT, false, 1)) {
            long forgottenMs = T + DEPLOYMENT.longestWindow().toMillis() + 1;
            timeline.feed(impression("i1", T).raw(0));
            if (touched) {
                timeline.feed(impression("i2", forgottenMs).raw(1));
            }
            timeline.watermarks(forgottenMs);
            timeline.feed(impression("i1", T).raw(2));
            timeline.finish();
            assertThat(timeline.rejected)
                    .extracting(RejectedRecord::getCause)
                    .containsExactly(RejectionCause.LATE);
        }
    }

    @Test
    void aLateEventAfterARestoreStaysLateThoughTheWatermarkBeganAnew() throws Exception {
        try (TestingTimeline timeline = new TestingTimeline(DEPLOYMENT, false, 1)) {
            timeline.feed(impression("i1", T).raw(0));
            timeline.watermarks(T + 20 * MINUTE);
            timeline.restore(1);
            timeline.feed(click("c1", "i1", T + MINUTE).raw(0));
            timeline.finish();
            assertThat(timeline.rejected)
                    .extracting(RejectedRecord::getCause)
                    .containsExactly(RejectionCause.LATE);
        }
    }

    @Test
    void aRefusedRecordIsRejectedWholeAndCounted() throws Exception {
        try (TestingTimeline timeline = new TestingTimeline(DEPLOYMENT, false, 1)) {
            byte[] noise = {1, 2, 3};
            timeline.feed(
                    new RawEvent(EventKind.CLICK, "", T, 3, 17, noise)
                            .refused(RejectionCause.UNDECODABLE, "no such record"));
            timeline.finish();
            RejectedRecord record = timeline.rejected.get(0);
            assertThat(record.getCause()).isEqualTo(RejectionCause.UNDECODABLE);
            assertThat(record.getStream()).isEqualTo("clicks");
            assertThat(record.getTopic()).isEqualTo("clicks");
            assertThat(record.getPartition()).isEqualTo(3);
            assertThat(record.getOffset()).isEqualTo(17);
            assertThat(record.getEventTimeMs()).isNull();
            assertThat(record.getPayload()).isEqualTo(ByteBuffer.wrap(noise));
            assertThat(timeline.counts()).containsEntry("timeline.rejected.clicks.undecodable", 1L);
        }
    }

    /** As a build left it in its state that did not refuse it on arrival. */
    @Test
    void anEventThatWaitsWithAnIdTooLongToBeKeptIsRejectedWhenItIsDue() throws Exception {
        try (TestingTimeline timeline = new TestingTimeline(DEPLOYMENT, true, 1)) {
            timeline.feed(
                    TestingEvent.impression("i", "u", T, "item".repeat(20_000), "fund", null)
                            .raw(5));
            timeline.feed(TestingEvent.impression("j", "u", T + 1, "item", "fund", null).raw(6));
            timeline.restore(1);
            timeline.finish();
            assertThat(timeline.rejected).hasSize(1);
            assertThat(timeline.rejected.get(0).getCause()).isEqualTo(RejectionCause.INVALID);
            assertThat(timeline.rejected.get(0).getOffset()).isEqualTo(5);
            assertThat(timeline.samples).isNotEmpty();
        }
    }

    /**
     * Twice as much as waits in memory, written, read, and moved to other subtasks: a few things in
     * what a chunk may span, and some in each minute.
     */
    @ParameterizedTest
    @ValueSource(ints = {20 * 24 * 60, 30})
    void whatMemoryDoesNotHoldComesBackInOrder(int minutes) throws Exception {
        int impressions = 2 * DueBuckets.MOST;
        try (TestingTimeline timeline = new TestingTimeline(DEPLOYMENT, true, 1)) {
            Random random = new Random(6);
            for (int i = 0; i < impressions; i++) {
                long time = T + random.nextInt(minutes) * MINUTE;
                timeline.feed(
                        TestingEvent.impression(
                                        "i" + i, "user-" + i % 5_000, time, "item", "fund", null)
                                .with(Map.of("age", "30"), Map.of())
                                .raw(i));
            }
            timeline.watermarks(T + minutes / 2 * MINUTE);
            List<Sample> before = List.copyOf(timeline.samples);
            assertThat(before)
                    .as("seed 6")
                    .isSortedAccordingTo(Comparator.comparingLong(Sample::getMaturedAtMs));
            timeline.restore(3);
            timeline.finish();
            assertThat(timeline.samples.stream().filter(Sample::getLastStage))
                    .as("seed 6")
                    .hasSize(impressions);
            assertThat(timeline.samples.stream().map(s -> s.getImpressionId() + s.getStage()))
                    .doesNotHaveDuplicates();
            assertThat(timeline.waiting()).isZero();
        }
    }

    /** The learner can restore the order only as far as its allowed disorder goes. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void samplesLeaveInOrderOfMaturityHoweverFarTheWatermarkJumps(boolean rocksDb)
            throws Exception {
        try (TestingTimeline timeline = new TestingTimeline(DEPLOYMENT, rocksDb, 1)) {
            Random random = new Random(5);
            for (int i = 0; i < 300; i++) {
                long time = T + random.nextInt(30 * 24 * 60) * MINUTE;
                String user = "user-" + random.nextInt(20);
                timeline.feed(
                        TestingEvent.impression("i" + i, user, time, "item", "fund", null)
                                .with(Map.of("age", "30"), Map.of())
                                .raw(i));
            }
            timeline.finish();

            assertThat(timeline.samples).hasSizeGreaterThan(900);
            long newest = 0;
            for (Sample sample : timeline.samples) {
                assertThat(sample.getMaturedAtMs()).as("seed 5").isGreaterThanOrEqualTo(newest);
                newest = sample.getMaturedAtMs();
            }
        }
    }

    @Test
    void aSilentTopicHoldsTheWatermarkUntilTheOutageIsOver() throws Exception {
        long outage = DEPLOYMENT.eventTime().outage().toMillis();
        try (TestingTimeline timeline = new TestingTimeline(DEPLOYMENT, false, 1)) {
            timeline.processingTime(1000);
            timeline.feed(impression("i1", T).raw(0));
            timeline.watermarks(T);
            timeline.status(EventKind.CLICK, true);
            advanceAllBut(timeline, EventKind.CLICK, T + 30 * MINUTE);
            timeline.processingTime(1000 + outage - 1);
            assertThat(timeline.samples).as("the click label is held open").isEmpty();
            timeline.processingTime(1000 + outage);
            assertThat(timeline.samples).as("the outage is over").hasSize(1);
        }
    }

    @Test
    void aTopicThatComesBackInTimeWasNeverPassedOver() throws Exception {
        long outage = DEPLOYMENT.eventTime().outage().toMillis();
        try (TestingTimeline timeline = new TestingTimeline(DEPLOYMENT, false, 1)) {
            timeline.processingTime(1000);
            timeline.feed(impression("i1", T).raw(0));
            timeline.watermarks(T);
            timeline.status(EventKind.CLICK, true);
            advanceAllBut(timeline, EventKind.CLICK, T + 30 * MINUTE);
            timeline.processingTime(1000 + outage / 2);
            timeline.status(EventKind.CLICK, false);
            timeline.feed(click("c1", "i1", T + MINUTE).raw(0));
            timeline.processingTime(1000 + 3 * outage);
            timeline.watermark(EventKind.CLICK, T + 30 * MINUTE);
            assertThat(timeline.samples).hasSize(1);
            assertThat(timeline.samples.get(0).getLabels().get(0)).isEqualTo(1f);
            assertThat(timeline.rejected).isEmpty();
        }
    }

    @Test
    void nothingAfterTheImpressionChangesItsFeatures() throws Exception {
        for (long seed = 0; seed < 30; seed++) {
            TimelineCase one = TimelineCase.of(seed);
            Map<String, ByteBuffer> whole = features(one.deployment(), one.events());
            Random random = new Random(seed);
            long cut = one.events().get(random.nextInt(one.events().size())).timeMs();
            List<TestingEvent> moved = new ArrayList<>();
            for (TestingEvent event : one.events()) {
                if (event.timeMs() <= cut) {
                    moved.add(event);
                } else if (random.nextBoolean()) {
                    moved.add(event.at(event.timeMs() + random.nextInt(100) * MINUTE));
                }
            }
            Map<String, ByteBuffer> changed = features(one.deployment(), moved);
            for (TestingEvent event : one.events()) {
                if (event.kind() == EventKind.IMPRESSION && event.timeMs() <= cut) {
                    assertThat(changed.get(event.id()))
                            .as("seed %d, impression %s", seed, event.id())
                            .isEqualTo(whole.get(event.id()));
                }
            }
        }
    }

    private static Map<String, ByteBuffer> features(
            Deployment deployment, List<TestingEvent> events) throws Exception {
        try (TestingTimeline timeline = new TestingTimeline(deployment, false, 1)) {
            long offset = 0;
            for (TestingEvent event : events) {
                timeline.feed(event.raw(offset++));
            }
            timeline.finish();
            Map<String, ByteBuffer> features = new HashMap<>();
            for (Sample sample : timeline.samples) {
                if (sample.getStage() == 0) {
                    ByteBuffer both =
                            ByteBuffer.allocate(
                                    sample.getCategorical().remaining()
                                            + sample.getDense().remaining());
                    both.put(sample.getCategorical().duplicate())
                            .put(sample.getDense().duplicate());
                    features.put(sample.getImpressionId(), both.flip());
                }
            }
            return features;
        }
    }

    @Test
    void anIdleUserLeavesOnlyThePosition() throws Exception {
        try (TestingTimeline timeline = new TestingTimeline(DEPLOYMENT, true, 1)) {
            timeline.feed(impression("i1", T).raw(0));
            timeline.feed(
                    TestingEvent.investment("v1", "saver", T, null, "fund", false, 500).raw(1));
            timeline.watermarks(T + 40L * 24 * 60 * MINUTE);
            int[] users = {0};
            timeline.forEachUser(user -> users[0]++);
            assertThat(users[0]).as("the saver alone").isEqualTo(1);
            assertThat(timeline.timers()).isZero();
            assertThat(timeline.waiting()).isZero();
            assertThat(timeline.usersWithFrozen()).isZero();
        }
    }

    private static void advanceAllBut(TestingTimeline timeline, EventKind silent, long watermarkMs)
            throws Exception {
        for (EventKind kind : EventKind.values()) {
            if (kind != silent) {
                timeline.watermark(kind, watermarkMs);
            }
        }
    }

    private static TestingEvent impression(String id, long timeMs) {
        return TestingEvent.impression(id, "user", timeMs, "item", "fund", null);
    }

    private static TestingEvent click(String id, String impressionId, long timeMs) {
        return TestingEvent.outcome(
                EventKind.CLICK, id, "user", timeMs, impressionId, "item", null);
    }
}
