package io.tamor.jobs.timeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.config.DeploymentReader;
import io.tamor.jobs.config.TimelineOptions;
import io.tamor.jobs.timeline.logic.EventKind;
import io.tamor.schemas.RejectedRecord;
import io.tamor.schemas.RejectionCause;
import io.tamor.schemas.Sample;
import java.nio.ByteOrder;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Features frozen by request, and impressions told of all users, by hand. */
final class FeatureFreezeTest {
    private static final long T = 1_600_000_000_000L;
    private static final long MINUTE = 60_000L;

    /** Dense features in order: position, clicks_7d, ctr_here, and here item_ctr. */
    private static Deployment deployment(String timeline, String features) {
        return DeploymentReader.parse(
                "deployment.yaml",
                TestingDeployments.text()
                        .replace("emit: staged", "emit: staged" + timeline)
                        .replace("from: position, transform: log1p", "from: position")
                        .replace("tasks:\n", features + "tasks:\n"));
    }

    @Test
    void impressionsOfARequestShareTheUsersHalfUntilItIsTooOld() throws Exception {
        Deployment deployment = deployment("\n  freeze_requests: 30 min", "");
        try (TestingTimeline timeline = new TestingTimeline(deployment, false, 1)) {
            timeline.feed(impression("i1", "user", 0, "r").raw(0));
            timeline.feed(invested("v1", 10).raw(1));
            timeline.feed(impression("i2", "user", 30, "r").raw(2));
            timeline.feed(impression("i3", "user", 30, "other").raw(3));
            timeline.feed(impression("i4", "user", 30, null).raw(4));
            timeline.feed(impression("i5", "user", 31, "r").raw(5));
            timeline.feed(impression("i6", "stranger", 5, "r").raw(6));
            timeline.finish();
            assertThat(position(timeline, "i1")).isZero();
            assertThat(position(timeline, "i2")).isZero();
            assertThat(sample(timeline, "i2").getTier()).isEqualTo("none");
            assertThat(position(timeline, "i3")).isEqualTo(50);
            assertThat(sample(timeline, "i3").getTier()).isEqualTo("low");
            assertThat(position(timeline, "i4")).isEqualTo(50);
            assertThat(position(timeline, "i5")).isEqualTo(50);
            assertThat(position(timeline, "i6")).isZero();
            assertThat(timeline.usersWithFrozen()).isZero();
            assertThat(timeline.timers()).isZero();
        }
    }

    @Test
    void theOldestOfTooManyRequestsIsForgotten() throws Exception {
        Deployment deployment = deployment("\n  freeze_requests: 1 d", "");
        try (TestingTimeline timeline = new TestingTimeline(deployment, false, 1)) {
            int most = TimelineOptions.MOST_REQUESTS;
            for (int i = 0; i <= most; i++) {
                timeline.feed(impression("i" + i, "user", i, "r" + i).raw(i));
            }
            timeline.feed(invested("v1", 60).raw(100));
            timeline.feed(impression("old", "user", 61, "r0").raw(101));
            timeline.feed(impression("kept", "user", 61, "r" + most).raw(102));
            timeline.finish();
            assertThat(position(timeline, "old")).isEqualTo(50);
            assertThat(position(timeline, "kept")).isZero();
            assertThat(timeline.usersWithFrozen()).isZero();
        }
    }

    @Test
    void anImpressionIsToldOfAllUsersClicksBeforeIt() throws Exception {
        String feature =
                "  - {name: item_ctr, side: item, type: dense, aggregate: {function: rate, of:"
                        + " clicks, per: impressions, over: 1 d, same: item, users: all, smoothing:"
                        + " {rate: 0.25, weight: 4}}}\n";
        Deployment deployment = deployment("", feature);
        try (TestingTimeline timeline = new TestingTimeline(deployment, false, 2)) {
            for (int i = 0; i < 4; i++) {
                timeline.feed(impression("i" + i, "user-" + i, i, null).raw(i));
            }
            timeline.feed(clicked("c0", "user-0", "i0", 2).raw(4));
            timeline.feed(clicked("c0", "user-0", "i0", 2).raw(5)); // a copy counts once
            timeline.finish();
            assertThat(dense(timeline, "i0", 3)).isEqualTo(1f / 4);
            assertThat(dense(timeline, "i1", 3)).isEqualTo(1f / 5);
            assertThat(dense(timeline, "i2", 3)).as("before the click").isEqualTo(1f / 6);
            assertThat(dense(timeline, "i3", 3)).isEqualTo(2f / 7);
        }
    }

    @Test
    void aLateImpressionIsRejectedWholeThoughItPassesAStage() throws Exception {
        String feature =
                "  - {name: item_imps, side: item, type: dense, aggregate: {function: count, of:"
                        + " impressions, over: 1 d, same: item, users: all}}\n";
        Deployment deployment = deployment("", feature);
        try (TestingTimeline timeline = new TestingTimeline(deployment, false, 1)) {
            timeline.feed(impression("i1", "user", 0, null).raw(0));
            timeline.watermarks(T + 5 * MINUTE);
            timeline.feed(impression("i2", "user", 1, null).raw(1));
            timeline.feed(impression("i1", "user", 0, null).raw(2));
            timeline.restore(1);
            timeline.feed(impression("i3", "user", 0, null).raw(3));
            timeline.finish();
            assertThat(timeline.rejected)
                    .extracting(RejectedRecord::getCause, RejectedRecord::getOffset)
                    .containsExactly(
                            org.assertj.core.groups.Tuple.tuple(RejectionCause.LATE, 1L),
                            org.assertj.core.groups.Tuple.tuple(RejectionCause.DUPLICATE, 2L),
                            org.assertj.core.groups.Tuple.tuple(RejectionCause.LATE, 3L));
            assertThat(timeline.samples).allMatch(s -> s.getImpressionId().equals("i1"));
        }
    }

    private static TestingEvent impression(String id, String user, long minute, String request) {
        TestingEvent impression =
                TestingEvent.impression(id, user, T + minute * MINUTE, "item", "fund", null);
        return request == null
                ? impression
                : impression.with(Map.of(TestingEvent.REQUEST, request), Map.of());
    }

    private static TestingEvent clicked(String id, String user, String impression, long minute) {
        return TestingEvent.outcome(
                EventKind.CLICK, id, user, T + minute * MINUTE, impression, "item", "fund");
    }

    private static TestingEvent invested(String id, long minute) {
        return TestingEvent.investment(id, "user", T + minute * MINUTE, null, "fund", false, 5_000);
    }

    private static float position(TestingTimeline timeline, String id) {
        return dense(timeline, id, 0);
    }

    private static float dense(TestingTimeline timeline, String id, int index) {
        return sample(timeline, id)
                .getDense()
                .duplicate()
                .order(ByteOrder.LITTLE_ENDIAN)
                .getFloat(4 * index);
    }

    private static Sample sample(TestingTimeline timeline, String id) {
        return timeline.samples.stream()
                .filter(s -> s.getImpressionId().equals(id))
                .findFirst()
                .orElseThrow();
    }
}
