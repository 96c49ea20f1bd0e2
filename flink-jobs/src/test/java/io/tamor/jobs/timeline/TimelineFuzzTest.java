package io.tamor.jobs.timeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.tamor.jobs.timeline.logic.EventKind;
import io.tamor.jobs.verify.logic.BatchOracle;
import io.tamor.schemas.RejectedRecord;
import io.tamor.schemas.Sample;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Random cases in random orders of arrival, with restores and rescaling in between, against the
 * batch oracle, record for record. {@code -Dtamor.fuzz.cases=N} runs more.
 */
final class TimelineFuzzTest {
    private static final long[] DISORDERS = {0, 300_000, 3_600_000, 86_400_000L * 3};
    private static final long[] LATENESS = {0, 0, 1_800_000, 14_400_000, 86_400_000L * 2};

    @ParameterizedTest
    @CsvSource({"false, 1000, 0", "true, 20, 1000000"})
    void samplesAndRejectionsAreTheOracles(boolean rocksDb, int cases, long firstSeed)
            throws Exception {
        int wanted = Integer.getInteger("tamor.fuzz.cases", cases);
        for (long seed = firstSeed; seed < firstSeed + wanted; seed++) {
            TimelineCase one = TimelineCase.of(seed);
            String difference = difference(one, rocksDb);
            if (difference != null) {
                TimelineCase small = shrunken(one, rocksDb);
                throw new AssertionError(
                        "seed "
                                + seed
                                + ": "
                                + difference(small, rocksDb)
                                + "\nwith "
                                + small.deployment().timeline()
                                + "\n"
                                + small.deployment().tasks()
                                + "\nevents\n"
                                + String.join(
                                        "\n",
                                        small.events().stream()
                                                .map(TestingEvent::toString)
                                                .toList()));
            }
        }
    }

    /** Drops events as long as the case still differs. */
    private static TimelineCase shrunken(TimelineCase one, boolean rocksDb) throws Exception {
        TimelineCase small = one;
        for (int i = small.events().size() - 1; i >= 0; i--) {
            List<TestingEvent> fewer = new ArrayList<>(small.events());
            fewer.remove(i);
            TimelineCase smaller = new TimelineCase(one.seed(), one.deployment(), fewer);
            if (difference(smaller, rocksDb) != null) {
                small = smaller;
            }
        }
        return small;
    }

    private static String difference(TimelineCase one, boolean rocksDb) throws Exception {
        Random random = new Random(one.seed() ^ 0x5DEECE66DL);
        long disorder = DISORDERS[random.nextInt(DISORDERS.length)];
        try (TestingTimeline timeline =
                new TestingTimeline(one.deployment(), rocksDb, 1 + random.nextInt(2))) {
            Map<EventKind, Long> newest = new HashMap<>();
            long offset = 0;
            // How much later than the watermark allows an event may be. A stage in front of the
            // users has a watermark of its own, so that late would mean two things.
            long lateness =
                    timeline.stages().isEmpty() ? LATENESS[random.nextInt(LATENESS.length)] : 0;
            List<TestingEvent> arrivals = one.arrivals(random, disorder + lateness);
            List<TestingEvent> inTime = new ArrayList<>();
            List<BatchOracle.Late> late = new ArrayList<>();
            int restoreAt = random.nextInt(3) == 0 ? -1 : random.nextInt(arrivals.size() + 1);
            for (TestingEvent event : arrivals) {
                if (offset == restoreAt) {
                    timeline.restoreWithWatermarks(1 + random.nextInt(4));
                }
                if (event.timeMs() > timeline.watermark()) {
                    inTime.add(event);
                } else {
                    late.add(
                            new BatchOracle.Late(
                                    TestingEvent.plain(List.of(event)).get(0),
                                    timeline.watermark()));
                }
                timeline.feed(event.raw(offset++));
                newest.merge(event.kind(), event.timeMs(), Math::max);
                if (random.nextInt(3) == 0) {
                    for (EventKind kind : newest.keySet()) {
                        timeline.watermark(kind, newest.get(kind) - disorder - 1);
                    }
                }
            }
            timeline.finish();
            BatchOracle oracle = BatchOracle.of(one.deployment(), TestingEvent.plain(inTime), late);
            return difference(oracle, timeline, one);
        }
    }

    private static String difference(BatchOracle oracle, TestingTimeline timeline, TimelineCase one)
            throws Exception {
        // The exact amount beside the labels is as emitted: corrections are of labels.
        boolean amounts = timeline.counts().get("timeline.accepted.late") == 0;
        List<String> wanted = shown(oracle.samples(), amounts);
        List<String> found =
                shown(
                        TestingCorrections.applied(
                                one.deployment(), timeline.samples, timeline.corrections),
                        amounts);
        if (!found.equals(wanted)) {
            return "samples: " + firstDifference(wanted, found);
        }
        List<String> rejectedWanted =
                oracle.rejected().stream()
                        .map(
                                r ->
                                        r.event().kind().stream()
                                                + " "
                                                + r.cause()
                                                + " "
                                                + r.event().id())
                        .sorted()
                        .toList();
        List<String> rejected = new ArrayList<>();
        Map<String, String> ids = new HashMap<>();
        for (TestingEvent event : one.events()) {
            ids.put(java.util.Arrays.toString(event.bytes()), event.id());
        }
        for (RejectedRecord record : timeline.rejected) {
            String bytes = java.util.Arrays.toString(record.getPayload().array());
            rejected.add(record.getStream() + " " + record.getCause() + " " + ids.get(bytes));
        }
        rejected.sort(null);
        if (!rejected.equals(rejectedWanted)) {
            return "rejected: " + firstDifference(rejectedWanted, rejected);
        }
        assertIdentity(timeline, one);
        assertNothingLeft(timeline);
        return null;
    }

    private static List<String> shown(List<Sample> samples, boolean amounts) {
        return samples.stream()
                .map(s -> amounts ? s : Sample.newBuilder(s).setAmountMinor(0).build())
                .map(Sample::toString)
                .sorted()
                .toList();
    }

    /** Impressions in = completed + pending + rejected. */
    private static void assertIdentity(TestingTimeline timeline, TimelineCase one) {
        Map<String, Long> counts = timeline.counts();
        long impressions =
                one.events().stream().filter(e -> e.kind() == EventKind.IMPRESSION).count();
        long rejected =
                counts.entrySet().stream()
                        .filter(e -> e.getKey().startsWith("timeline.rejected.impressions."))
                        .mapToLong(Map.Entry::getValue)
                        .sum();
        assertThat(counts.get("timeline.completed.impressions") + rejected).isEqualTo(impressions);
        assertThat(timeline.samples.stream().filter(Sample::getLastStage).count())
                .isEqualTo(
                        counts.get("timeline.completed.impressions")
                                * one.deployment().timeline().labelSets().size());
    }

    private static void assertNothingLeft(TestingTimeline timeline) throws Exception {
        assertThat(timeline.timers()).isZero();
        assertThat(timeline.waiting()).isZero();
        assertThat(timeline.usersWithFrozen()).isZero();
        for (TestingPopulationStage stage : timeline.stages()) {
            assertThat(stage.groups()).isZero();
        }
        timeline.forEachUser(user -> assertThat(user.pendingCount()).isZero());
    }

    private static String firstDifference(List<String> wanted, List<String> found) {
        List<String> missing = new ArrayList<>(wanted);
        found.forEach(missing::remove);
        List<String> extra = new ArrayList<>(found);
        wanted.forEach(extra::remove);
        return missing.size()
                + " missing, "
                + extra.size()
                + " unexpected; wanted\n"
                + (missing.isEmpty() ? "nothing" : missing.get(0))
                + "\nfound\n"
                + (extra.isEmpty() ? "nothing" : extra.get(0));
    }
}
