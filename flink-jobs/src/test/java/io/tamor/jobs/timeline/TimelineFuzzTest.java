package io.tamor.jobs.timeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.tamor.jobs.config.AggregateOptions;
import io.tamor.jobs.timeline.logic.EventKind;
import io.tamor.jobs.verify.logic.BatchOracle;
import io.tamor.jobs.verify.logic.PlainEvent;
import io.tamor.schemas.Correction;
import io.tamor.schemas.RejectedRecord;
import io.tamor.schemas.RejectionCause;
import io.tamor.schemas.Sample;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
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
            // How much later than the watermark allows an event may be.
            long lateness = LATENESS[random.nextInt(LATENESS.length)];
            List<TestingEvent> arrivals = one.arrivals(random, disorder + lateness);
            List<TestingEvent> inTime = new ArrayList<>();
            List<BatchOracle.Late> late = new ArrayList<>();
            List<Long> lateOffsets = new ArrayList<>();
            Map<AggregateOptions.Same, List<PlainEvent>> counted = new HashMap<>();
            int restoreAt = random.nextInt(3) == 0 ? -1 : random.nextInt(arrivals.size() + 1);
            for (TestingEvent event : arrivals) {
                if (offset == restoreAt) {
                    timeline.restoreWithWatermarks(1 + random.nextInt(4));
                }
                PlainEvent plain = TestingEvent.plain(List.of(event)).get(0);
                for (TestingPopulationStage stage : timeline.stages()) {
                    if (!(event.kind() == EventKind.IMPRESSION
                            ? timeline.isPast(event)
                            : stage.isPast(event.timeMs()))) {
                        counted.computeIfAbsent(stage.level(), l -> new ArrayList<>()).add(plain);
                    }
                }
                if (!timeline.isPast(event)) {
                    inTime.add(event);
                } else {
                    lateOffsets.add(offset);
                    late.add(new BatchOracle.Late(plain, timeline.watermark()));
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
            BatchOracle oracle =
                    BatchOracle.of(one.deployment(), TestingEvent.plain(inTime), late, counted);
            String difference = difference(oracle, timeline, one);
            return difference != null ? difference : notTold(one, timeline, arrivals, lateOffsets);
        }
    }

    private static String difference(BatchOracle oracle, TestingTimeline timeline, TimelineCase one)
            throws Exception {
        List<String> wanted = shown(oracle.samples());
        List<String> found = shown(timeline.samples);
        if (!found.equals(wanted)) {
            return "samples: " + firstDifference(wanted, found);
        }
        List<String> wantedLast = shown(oracle.corrected());
        List<String> foundLast =
                shown(
                        TestingCorrections.applied(
                                one.deployment(), timeline.samples, timeline.corrections));
        if (!foundLast.equals(wantedLast)) {
            return "corrected samples: " + firstDifference(wantedLast, foundLast);
        }
        List<String> wantedChanges =
                oracle.changes().stream().map(TimelineFuzzTest::shown).sorted().toList();
        List<String> foundChanges =
                TestingCorrections.ofLabels(timeline.corrections).stream()
                        .map(TimelineFuzzTest::shown)
                        .sorted()
                        .toList();
        if (!foundChanges.equals(wantedChanges)) {
            return "corrections: " + firstDifference(wantedChanges, foundChanges);
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

    private static List<String> shown(List<Sample> samples) {
        return samples.stream().map(Sample::toString).sorted().toList();
    }

    private static String shown(BatchOracle.LabelChange change) {
        Sample sample = change.sample();
        return shown(
                sample.getImpressionId(),
                sample.getLabelSet(),
                sample.getStage(),
                change.task(),
                change.before(),
                change.after(),
                change.outcome().timeMs());
    }

    private static String shown(Correction correction) {
        return shown(
                correction.getImpressionId(),
                correction.getLabelSet(),
                correction.getStage(),
                correction.getTask(),
                correction.getOldLabel(),
                correction.getNewLabel(),
                correction.getOutcomeTimeMs());
    }

    private static String shown(Object... values) {
        return Arrays.toString(values);
    }

    /** Where late outcomes are taken, the corrections tell of each that was not left out. */
    private static String notTold(
            TimelineCase one,
            TestingTimeline timeline,
            List<TestingEvent> arrivals,
            List<Long> late) {
        Set<Long> leftOut = new HashSet<>();
        for (RejectedRecord record : timeline.rejected) {
            if (record.getCause() == RejectionCause.LATE) {
                leftOut.add(record.getOffset());
            }
        }
        Set<Long> wanted = new TreeSet<>();
        for (long offset : late) {
            boolean outcome = arrivals.get((int) offset).kind() != EventKind.IMPRESSION;
            if (one.deployment().timeline().graceMs() > 0 && outcome && !leftOut.contains(offset)) {
                wanted.add(offset);
            }
        }
        Set<Long> told = new TreeSet<>();
        timeline.corrections.forEach(c -> told.add(c.getOutcomeOffset()));
        return told.equals(wanted) ? null : "told: wanted " + wanted + ", found " + told;
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
