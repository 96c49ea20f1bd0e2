package io.tamor.jobs.timeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.tamor.jobs.config.AggregateOptions;
import io.tamor.jobs.config.FeatureOptions;
import io.tamor.jobs.config.SampleSchema;
import io.tamor.jobs.timeline.logic.EventKind;
import io.tamor.schemas.Sample;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.junit.jupiter.api.Test;

/** What holds of features whatever they are: nothing later leaks in, and they take little room. */
final class FeaturePropertyTest {
    private static final long HOUR = 3_600_000L;

    private record Seen(ByteBuffer categorical, ByteBuffer dense, String tier) {}

    /**
     * Moves, drops and adds events at or after an impression, of its user and of others. (Nothing
     * may become rejected that was not, before the impression: hence not one event before it
     * changes, and no impression is bounded.)
     */
    @Test
    void nothingAtOrAfterAnImpressionChangesItsFeatures() throws Exception {
        int cases = Integer.getInteger("tamor.fuzz.cases", 60);
        int compared = 0;
        int overAllUsers = 0;
        int frozen = 0;
        for (long seed = 5_000_000; seed < 5_000_000 + cases; seed++) {
            TimelineCase one = TimelineCase.of(seed);
            Random random = new Random(~seed);
            List<TestingEvent> impressions =
                    one.events().stream().filter(e -> e.kind() == EventKind.IMPRESSION).toList();
            TestingEvent chosen = impressions.get(random.nextInt(impressions.size()));
            Seen before = features(one, chosen);
            if (before == null) {
                continue; // the case rejects it
            }
            TimelineCase changed =
                    new TimelineCase(seed, one.deployment(), changed(one, chosen, random));
            assertThat(features(changed, chosen))
                    .as("seed %d, impression %s", seed, chosen.id())
                    .isEqualTo(before);
            compared++;
            overAllUsers += one.countsAllUsers() ? 1 : 0;
            frozen += one.firstOfRequest(chosen).equals(chosen) ? 0 : 1;
        }
        assertThat(compared).as("cases that compare").isGreaterThan(cases / 2);
        assertThat(overAllUsers).as("cases that count all users' events").isGreaterThan(cases / 8);
        assertThat(frozen).as("cases of a later impression of its request").isPositive();
    }

    /**
     * Drops, moves and adds outcomes at or after the first impression of a request: the user's half
     * of a later impression of it is as of the first one.
     */
    @Test
    void nothingAfterTheFirstImpressionOfARequestChangesTheUsersHalf() throws Exception {
        int cases = Integer.getInteger("tamor.fuzz.cases", 200);
        int compared = 0;
        for (long seed = 6_000_000; seed < 6_000_000 + cases; seed++) {
            TimelineCase one = TimelineCase.of(seed);
            List<TestingEvent> followers =
                    one.events().stream()
                            .filter(e -> e.kind() == EventKind.IMPRESSION)
                            .filter(e -> !one.firstOfRequest(e).equals(e))
                            .toList();
            if (followers.isEmpty()) {
                continue;
            }
            Random random = new Random(~seed);
            TestingEvent chosen = followers.get(random.nextInt(followers.size()));
            TestingEvent first = one.firstOfRequest(chosen);
            Seen before = features(one, chosen);
            if (before == null || features(one, first) == null) {
                continue; // the case rejects one of them
            }
            List<TestingEvent> changed = new ArrayList<>();
            for (TestingEvent event : one.events()) {
                boolean fixed =
                        event.kind() == EventKind.IMPRESSION || event.timeMs() < first.timeMs();
                int fate = fixed ? 0 : random.nextInt(3);
                if (fate == 0) {
                    changed.add(event);
                } else if (fate == 1) {
                    changed.add(event.at(event.timeMs() + random.nextInt(4) * HOUR));
                }
            }
            changed.add(
                    TestingEvent.investment(
                            "new", chosen.user(), first.timeMs(), null, "fund", false, 1_000_000));
            Seen after = features(new TimelineCase(seed, one.deployment(), changed), chosen);
            assertThat(after).as("seed %d, impression %s", seed, chosen.id()).isNotNull();
            assertThat(userHalf(one, after))
                    .as("seed %d, impression %s", seed, chosen.id())
                    .isEqualTo(userHalf(one, before));
            compared++;
        }
        assertThat(compared).as("cases that compare").isGreaterThan(cases / 40);
    }

    /** Tier and what the user's side holds: it comes first in a sample. */
    private static List<Object> userHalf(TimelineCase one, Seen seen) {
        SampleSchema schema = one.deployment().sampleSchema();
        List<Object> half = new ArrayList<>(List.of(seen.tier()));
        ByteBuffer dense = seen.dense().duplicate();
        for (FeatureOptions feature : schema.dense()) {
            if (feature.side() == FeatureOptions.Side.USER) {
                half.add(dense.getFloat());
            }
        }
        ByteBuffer categorical = seen.categorical().duplicate();
        for (FeatureOptions feature : schema.categorical()) {
            if (feature.side() == FeatureOptions.Side.USER) {
                for (int left = categorical.get(); left > 0; left--) {
                    half.add(categorical.getLong());
                }
            }
        }
        return half;
    }

    private static List<TestingEvent> changed(
            TimelineCase one, TestingEvent chosen, Random random) {
        List<TestingEvent> changed = new ArrayList<>();
        for (TestingEvent event : one.events()) {
            boolean fixed =
                    event.timeMs() < chosen.timeMs()
                            || (event.kind() == EventKind.IMPRESSION
                                    && event.timeMs() == chosen.timeMs());
            int fate = fixed ? 3 : random.nextInt(4);
            if (fate == 0) {
                continue;
            }
            if (fate == 1) {
                long moved = event.timeMs() + random.nextInt(4) * HOUR;
                changed.add(event.at(event.kind() == EventKind.IMPRESSION ? moved + 1 : moved));
            } else {
                changed.add(event);
            }
            if (fate == 2) {
                changed.add(event.of("new-").at(chosen.timeMs() + 1 + random.nextInt(1000)));
            }
        }
        changed.add(
                TestingEvent.investment(
                        "new", chosen.user(), chosen.timeMs(), null, "fund", false, 1_000_000));
        changed.add(
                TestingEvent.outcome(
                        EventKind.CLICK,
                        "new",
                        chosen.user(),
                        chosen.timeMs(),
                        chosen.id(),
                        chosen.item(),
                        chosen.scenario()));
        return changed;
    }

    /** Of the impression; null where it was rejected. */
    private static Seen features(TimelineCase one, TestingEvent chosen) throws Exception {
        try (TestingTimeline timeline = new TestingTimeline(one.deployment(), false, 1)) {
            long offset = 0;
            for (TestingEvent event : one.events()) {
                timeline.feed(event.raw(offset++));
            }
            timeline.finish();
            for (Sample sample : timeline.samples) {
                if (sample.getImpressionId().equals(chosen.id())
                        && sample.getImpressionTimeMs() == chosen.timeMs()) {
                    return new Seen(sample.getCategorical(), sample.getDense(), sample.getTier());
                }
            }
            return null;
        }
    }

    /** 100,000 events of a user with 3,000 items, half a year long, in under 40 kB. */
    @Test
    void aUserWithAHundredThousandEventsHasASmallState() throws Exception {
        List<FeatureOptions> features = new ArrayList<>(TestingDeployments.example().features());
        for (AggregateOptions.Same same : AggregateOptions.Same.values()) {
            for (AggregateOptions.Function function :
                    List.of(AggregateOptions.Function.RATE, AggregateOptions.Function.TIME_SINCE)) {
                features.add(feature(same, function, AggregateOptions.Users.OWN));
            }
        }
        features.add(
                feature(
                        AggregateOptions.Same.ITEM,
                        AggregateOptions.Function.RATE,
                        AggregateOptions.Users.ALL));
        var base = TestingDeployments.example();
        var deployment =
                TestingDeployments.with(
                        base, base.timeline(), base.tasks().subList(0, 1), base.tiers(), features);
        Random random = new Random(3);
        long start = 1_600_000_000_000L;
        long[] stored = new long[1];
        try (TestingTimeline timeline = new TestingTimeline(deployment, false, 1)) {
            long time = start;
            for (int i = 0; i < 50_000; i++) {
                time = start + 300_000L * i;
                String item = "item-" + random.nextInt(3000);
                TestingEvent impression =
                        TestingEvent.impression("i" + i, "user", time, item, "fund", null)
                                .with(Map.of("age", "30"), new HashMap<>());
                timeline.feed(impression.raw(2L * i));
                timeline.feed(
                        TestingEvent.outcome(
                                        EventKind.CLICK,
                                        "c" + i,
                                        "user",
                                        time + 1000,
                                        "i" + i,
                                        item,
                                        "fund")
                                .raw(2L * i + 1));
                if (i % 500 == 499) {
                    timeline.watermarks(time + HOUR / 2);
                }
            }
            timeline.watermarks(time + 2 * HOUR);
            timeline.forEachUser(
                    user -> {
                        DataOutputSerializer out = new DataOutputSerializer(64);
                        try {
                            user.write(out);
                        } catch (java.io.IOException e) {
                            throw new java.io.UncheckedIOException(e);
                        }
                        stored[0] = out.length();
                    });
            assertThat(stored[0]).as("bytes of the user").isBetween(1_000L, 40_000L);
            assertThat(timeline.stages().get(0).largestGroupBytes())
                    .as("bytes of an item")
                    .isBetween(10L, 1_000L);
            timeline.finish();
            assertThat(timeline.timers()).isZero();
            assertThat(timeline.stages().get(0).groups()).isZero();
        }
    }

    private static FeatureOptions feature(
            AggregateOptions.Same same,
            AggregateOptions.Function function,
            AggregateOptions.Users users) {
        boolean rate = function == AggregateOptions.Function.RATE;
        return new FeatureOptions(
                same + "_" + function + "_" + users,
                FeatureOptions.Side.ITEM,
                FeatureOptions.Type.DENSE,
                0,
                0,
                null,
                new AggregateOptions(
                        function,
                        AggregateOptions.Events.CLICKS,
                        rate ? AggregateOptions.Events.IMPRESSIONS : null,
                        java.time.Duration.ofDays(28),
                        same,
                        null,
                        null,
                        null,
                        users),
                FeatureOptions.Transform.NONE);
    }
}
