package io.tamor.jobs.timeline;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.config.DeploymentReader;
import io.tamor.jobs.timeline.logic.EventKind;
import io.tamor.jobs.timeline.logic.RawEvent;
import io.tamor.jobs.verify.logic.BatchOracle;
import io.tamor.jobs.verify.logic.Difference;
import io.tamor.jobs.verify.logic.Evidence;
import io.tamor.jobs.verify.logic.FoundCorrection;
import io.tamor.jobs.verify.logic.FoundSample;
import io.tamor.jobs.verify.logic.Place;
import io.tamor.jobs.verify.logic.PlainEvent;
import io.tamor.jobs.verify.logic.Scope;
import io.tamor.jobs.verify.logic.Verification;
import io.tamor.schemas.Correction;
import io.tamor.schemas.RejectedRecord;
import io.tamor.schemas.RejectionCause;
import io.tamor.schemas.Sample;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Verification of what the operator made, right and tampered with. */
final class VerificationTest {
    private static final long HOUR = 3_600_000L;
    private static final long START = 1_600_000_000_000L;
    private static final Scope ALL = new Scope(0, Long.MAX_VALUE);

    private final List<Difference> differences = new ArrayList<>();

    /** Arrives in any order under a watermark that is far too fast, so that many are late. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16})
    void lateEventsAreLeftOutAndNothingElseDiffers(long seed) throws Exception {
        TimelineCase one = withGrace(seed, false);
        List<TestingEvent> arrivals = arrivals(one);
        try (TestingTimeline timeline = run(one, arrivals)) {
            Evidence evidence = evidence(arrivals, timeline.samples, timeline.rejected);

            Verification verification = verify(one.deployment(), evidence, ALL);

            long late =
                    timeline.rejected.stream()
                            .filter(r -> r.getCause() == RejectionCause.LATE)
                            .count();
            assertThat(differences).as("seed " + seed).isEmpty();
            assertThat(late).isPositive();
            assertThat(verification.lateCount()).isGreaterThanOrEqualTo(late);
            assertThat(verification.sampleCount()).isEqualTo(timeline.samples.size());
        }
    }

    /** Half of the users after the other, with features that count the events of all. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void usersInTwoSharesAreVerifiedLikeAllAtOnce(long seed) throws Exception {
        TimelineCase one = countingAllUsers(seed);
        List<TestingEvent> arrivals = arrivals(one);
        try (TestingTimeline timeline = run(one, arrivals)) {
            List<Evidence> shares = new ArrayList<>();
            for (int number : List.of(0, 1)) {
                shares.add(
                        evidence(
                                arrivals,
                                timeline.samples,
                                timeline.rejected,
                                user -> Math.floorMod(user.hashCode(), 2) == number));
            }
            Verification verification = new Verification(one.deployment(), ALL, differences::add);
            List<PlainEvent> counted = new ArrayList<>();
            shares.forEach(share -> counted.addAll(verification.counted(share)));
            shares.forEach(share -> verification.verify(share, counted));

            assertThat(differences).as("seed " + one.seed()).isEmpty();
            assertThat(verification.sampleCount()).isEqualTo(timeline.samples.size());
        }
    }

    /** The same where late outcomes are taken within a grace, and change labels. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16})
    void lateOutcomesAreTakenAndCorrectedAndNothingElseDiffers(long seed) throws Exception {
        TimelineCase one = corrected(seed);
        List<TestingEvent> arrivals = arrivals(one);
        try (TestingTimeline timeline = run(one, arrivals)) {
            List<Correction> corrections = timeline.corrections;

            Verification verification =
                    verify(one.deployment(), evidence(arrivals, timeline, corrections), ALL);

            List<Correction> ofLabels = TestingCorrections.ofLabels(corrections);
            assertThat(differences).as("seed " + seed).isEmpty();
            assertThat(ofLabels).isNotEmpty();
            assertThat(verification.correctionCount()).isEqualTo(ofLabels.size());
            assertThat(verification.sampleCount()).isEqualTo(timeline.samples.size());
        }
    }

    /**
     * A correction that is missing, one to another label, one out of turn, one that nothing says.
     */
    @Test
    void wrongCorrectionsAreTold() throws Exception {
        TimelineCase one = corrected(1);
        List<TestingEvent> arrivals = arrivals(one);
        try (TestingTimeline timeline = run(one, arrivals)) {
            List<Correction> right = timeline.corrections;
            int label = right.indexOf(TestingCorrections.ofLabels(right).get(0));
            Correction first = right.get(label);
            String task = ", task " + first.getTask();

            List<Correction> missing = new ArrayList<>(right);
            missing.set(label, Correction.newBuilder(first).setTask("").build());
            assertThat(kinds(one, arrivals, timeline, missing))
                    .containsExactly(Difference.Kind.MISSING_CORRECTION);
            assertThat(differences.get(0).what()).contains(first.getImpressionId(), task);
            assertThat(differences.get(0).place().offset()).isEqualTo(first.getOutcomeOffset());

            List<Correction> wrong = new ArrayList<>(right);
            wrong.set(label, Correction.newBuilder(first).setNewLabel(7).setVersion(0).build());
            assertThat(kinds(one, arrivals, timeline, wrong))
                    .containsExactly(Difference.Kind.DIFFERENT_CORRECTION);
            assertThat(differences.get(0).place()).isEqualTo(new Place("corrections", 0, label));
            assertThat(differences.get(0).details())
                    .containsExactly(
                            "newLabel: wanted " + first.getNewLabel() + ", found 7.0",
                            "version: wanted one above 0, found 0");

            List<Correction> more = new ArrayList<>(right);
            more.add(first);
            more.add(Correction.newBuilder(first).setStage(99).build());
            assertThat(kinds(one, arrivals, timeline, more))
                    .containsExactly(
                            Difference.Kind.UNEXPECTED_CORRECTION,
                            Difference.Kind.UNEXPECTED_CORRECTION);
            assertThat(differences.get(0).details())
                    .containsExactly("first at " + new Place("corrections", 0, label));
            assertThat(differences.get(1).what()).contains("stage 99");
        }
    }

    private List<Difference.Kind> kinds(
            TimelineCase one,
            List<TestingEvent> arrivals,
            TestingTimeline timeline,
            List<Correction> corrections)
            throws Exception {
        verify(one.deployment(), evidence(arrivals, timeline, corrections), ALL);
        return differences.stream().map(Difference::kind).toList();
    }

    /** Runs the case under a watermark that is an hour behind the newest event. */
    private static TestingTimeline run(TimelineCase one, List<TestingEvent> arrivals)
            throws Exception {
        TestingTimeline timeline = new TestingTimeline(one.deployment(), false, 2);
        long newest = Long.MIN_VALUE;
        for (int i = 0; i < arrivals.size(); i++) {
            timeline.feed(arrivals.get(i).raw(i));
            newest = Math.max(newest, arrivals.get(i).timeMs());
            timeline.watermarks(newest - HOUR);
        }
        timeline.finish();
        return timeline;
    }

    private static List<TestingEvent> arrivals(TimelineCase one) {
        return one.arrivals(new Random(one.seed()), 24 * HOUR);
    }

    /** A case with corrections, or without. */
    private static TimelineCase withGrace(long seed, boolean grace) {
        TimelineCase one = TimelineCase.of(seed);
        boolean has = one.deployment().timeline().graceMs() > 0;
        return has == grace ? one : withGrace(seed + 1000, grace);
    }

    /** A case of several users, with a feature over all of them. */
    private static TimelineCase countingAllUsers(long seed) {
        TimelineCase one = withGrace(seed, false);
        boolean counts = new Verification(one.deployment(), ALL, d -> {}).countsAllUsers();
        boolean several = one.events().stream().map(TestingEvent::user).distinct().count() > 1;
        return counts && several ? one : countingAllUsers(one.seed() + 1000);
    }

    /** A case in which late outcomes change labels. */
    private static TimelineCase corrected(long seed) throws Exception {
        TimelineCase one = withGrace(seed, true);
        try (TestingTimeline timeline = run(one, arrivals(one))) {
            return TestingCorrections.ofLabels(timeline.corrections).isEmpty()
                    ? corrected(one.seed() + 1000)
                    : one;
        }
    }

    @Test
    void aMissingAChangedARepeatedAndAnAddedSampleAreTold() {
        Deployment deployment = TestingDeployments.example();
        List<TestingEvent> events = List.of(shown("i-1"), shown("i-2"), shown("i-3"), shown("i-4"));
        List<Sample> samples = lastStages(deployment, events);
        Sample missing = samples.remove(0);
        Sample changed = samples.get(0);
        changed.setLabels(new ArrayList<>(changed.getLabels()));
        changed.getLabels().set(0, 7f);
        changed.setTier("another");
        Sample added = Sample.newBuilder(samples.get(1)).setImpressionId("nobody").build();
        samples.add(samples.get(2));
        samples.add(added);
        List<Sample> found = new ArrayList<>(earlierStages(deployment, events));
        int tampered = found.size();
        found.addAll(samples);

        verify(deployment, evidence(events, found, List.of()), ALL);

        String task = deployment.tasks().get(0).name();
        assertThat(differences)
                .extracting(Difference::kind)
                .containsExactlyInAnyOrder(
                        Difference.Kind.MISSING_SAMPLE,
                        Difference.Kind.DIFFERENT_SAMPLE,
                        Difference.Kind.REPEATED_SAMPLE,
                        Difference.Kind.UNEXPECTED_SAMPLE);
        assertThat(only(Difference.Kind.MISSING_SAMPLE).what())
                .contains(missing.getImpressionId(), "stage " + missing.getStage());
        assertThat(only(Difference.Kind.MISSING_SAMPLE).place())
                .isEqualTo(new Place("impressions", 0, 0));
        assertThat(only(Difference.Kind.DIFFERENT_SAMPLE).details())
                .containsExactly(
                        "tier: wanted " + tierOf(deployment, events) + ", found another",
                        "labels." + task + ": wanted 0.0, found 7.0");
        assertThat(only(Difference.Kind.DIFFERENT_SAMPLE).place())
                .isEqualTo(new Place("samples", 0, tampered));
        assertThat(only(Difference.Kind.REPEATED_SAMPLE).place())
                .isEqualTo(new Place("samples", 0, found.size() - 2));
        assertThat(only(Difference.Kind.UNEXPECTED_SAMPLE).what()).contains("nobody");
    }

    @Test
    void outsideThePeriodNothingIsLookedAt() {
        Deployment deployment = TestingDeployments.example();
        List<TestingEvent> events = List.of(shown("i-1"));
        List<Sample> samples = BatchOracle.of(deployment, TestingEvent.plain(events)).samples();
        long first = samples.get(0).getMaturedAtMs();

        Verification verification =
                verify(
                        deployment,
                        evidence(events, samples.subList(0, 1), List.of()),
                        new Scope(first, first + 1));
        assertThat(differences).isEmpty();
        assertThat(verification.sampleCount()).isEqualTo(1);

        verify(deployment, evidence(events, List.of(), List.of()), new Scope(0, first));
        assertThat(differences).isEmpty();
    }

    @Test
    void rejectionsThatLackOrDoNotBelongOrHaveAnotherCauseAreTold() {
        Deployment deployment = TestingDeployments.example();
        TestingEvent nameless = TestingEvent.impression("", "u", START, "item", "fund", null);
        TestingEvent orphan =
                TestingEvent.outcome(
                        EventKind.CLICK, "c", "u", START + 1, "nobody", "item", "fund");
        List<TestingEvent> events = List.of(nameless, orphan, shown("i-1"));
        List<Sample> samples =
                BatchOracle.of(deployment, TestingEvent.plain(List.of(shown("i-1")))).samples();
        Evidence evidence = evidence(events, samples, List.of());
        evidence.rejected(new Place("clicks", 0, 1), RejectionCause.OVERFLOW, "", START + 1);
        evidence.rejected(new Place("impressions", 0, 2), RejectionCause.ORPHAN, "", START);
        evidence.rejected(new Place("clicks", 0, 1), RejectionCause.ORPHAN, "", START + 1);
        // Of no event at hand: another deployment's, or a file's.
        evidence.rejected(new Place("clicks", -1, 1), RejectionCause.ORPHAN, "", START + 1);
        evidence.rejected(new Place("clicks", -1, 1), RejectionCause.ORPHAN, "", START + 1);
        evidence.event(
                PlainEvent.Kind.CLICK, new Place("clicks", 0, 9), START, new byte[] {1}, u -> true);

        verify(deployment, evidence, ALL);

        assertThat(differences)
                .extracting(Difference::toString)
                .containsExactlyInAnyOrder(
                        "MISSING_REJECTION event (impressions, partition 0, offset 0):"
                                + " wanted INVALID, found none",
                        "MISSING_REJECTION event (clicks, partition 0, offset 9):"
                                + " wanted UNDECODABLE, found none",
                        "DIFFERENT_REJECTION event (clicks, partition 0, offset 1):"
                                + " wanted ORPHAN, found OVERFLOW",
                        "REPEATED_REJECTION event (clicks, partition 0, offset 1):"
                                + " first OVERFLOW, then ORPHAN",
                        "UNEXPECTED_REJECTION event (impressions, partition 0, offset 2):"
                                + " wanted none, found ORPHAN");
    }

    /** More values of an attribute than a sample holds, and more dense features than usual. */
    @Test
    void manyValuesAndManyFeaturesAreVerified() throws Exception {
        StringBuilder features = new StringBuilder("features:\n");
        for (int i = 0; i < 300; i++) {
            features.append(
                    "  - {name: measure_%1$s, side: item, type: dense, from: measure.m%1$s}%n"
                            .formatted(i));
        }
        Deployment deployment =
                DeploymentReader.parse(
                        "deployment.yaml",
                        TestingDeployments.text().replace("features:\n", features));
        List<TestingEvent> events =
                List.of(
                        shown("i-1").with(Map.of("age", numbers(600)), Map.of("m7", 1.5)),
                        shown("i-2").with(Map.of("age", numbers(300)), Map.of("m299", -1.0)));
        try (TestingTimeline timeline = run(new TimelineCase(0, deployment, events), events)) {
            Verification verification =
                    verify(deployment, evidence(events, timeline.samples, timeline.rejected), ALL);

            assertThat(differences).isEmpty();
            assertThat(verification.sampleCount()).isPositive();
        }
    }

    private static String numbers(int count) {
        return IntStream.range(0, count).mapToObj(Integer::toString).collect(joining("|"));
    }

    /** The verification cannot know the reader's clock, but what else is invalid it can. */
    @Test
    void aRejectionAheadOfTheClockIsExcusedAndNoOther() {
        Deployment deployment =
                DeploymentReader.parse(
                        "deployment.yaml",
                        TestingDeployments.text()
                                .replace("outage: 1 h}", "outage: 1 h, lead: 1 h}"));
        List<TestingEvent> events = List.of(shown("i-1"), shown("i-2"));
        EventDeserializer reader = new EventDeserializer(EventKind.IMPRESSION, deployment);
        reader.open();
        RawEvent ahead = reader.read(events.get(0).bytes(), START, 0, 0, START - 2 * HOUR);
        Evidence evidence = evidence(events, List.of(), List.of());
        evidence.rejected(new Place("impressions", 0, 0), ahead.cause(), ahead.detail(), START);
        evidence.rejected(
                new Place("impressions", 0, 1),
                RejectionCause.INVALID,
                "scenario: wanted one of [insurance], was fund",
                START);

        Verification verification = verify(deployment, evidence, ALL);

        assertThat(verification.lateCount()).isEqualTo(1);
        assertThat(differences)
                .extracting(Difference::kind)
                .containsOnly(Difference.Kind.UNEXPECTED_REJECTION, Difference.Kind.MISSING_SAMPLE);
        assertThat(only(Difference.Kind.UNEXPECTED_REJECTION).place())
                .isEqualTo(new Place("impressions", 0, 1));
        assertThat(only(Difference.Kind.MISSING_SAMPLE).what()).contains("i-2");
    }

    private Difference only(Difference.Kind kind) {
        return differences.stream().filter(d -> d.kind() == kind).findFirst().orElseThrow();
    }

    private static TestingEvent shown(String id) {
        return TestingEvent.impression(id, "u-" + id, START, "item", "fund", null);
    }

    private static String tierOf(Deployment deployment, List<TestingEvent> events) {
        return BatchOracle.of(deployment, TestingEvent.plain(events)).samples().get(0).getTier();
    }

    private static List<Sample> lastStages(Deployment deployment, List<TestingEvent> events) {
        return new ArrayList<>(
                BatchOracle.of(deployment, TestingEvent.plain(events)).samples().stream()
                        .filter(Sample::getLastStage)
                        .toList());
    }

    private static List<Sample> earlierStages(Deployment deployment, List<TestingEvent> events) {
        return BatchOracle.of(deployment, TestingEvent.plain(events)).samples().stream()
                .filter(sample -> !sample.getLastStage())
                .toList();
    }

    private Verification verify(Deployment deployment, Evidence evidence, Scope scope) {
        differences.clear();
        Verification verification = new Verification(deployment, scope, differences::add);
        verification.verify(evidence);
        return verification;
    }

    private static Evidence evidence(
            List<TestingEvent> events, TestingTimeline timeline, List<Correction> corrections) {
        Evidence evidence = evidence(events, timeline.samples, timeline.rejected);
        for (int i = 0; i < corrections.size(); i++) {
            Correction correction = corrections.get(i);
            Place outcome =
                    new Place(
                            correction.getOutcomeStream(),
                            correction.getOutcomePartition(),
                            correction.getOutcomeOffset());
            evidence.correction(
                    new FoundCorrection(correction, outcome, new Place("corrections", 0, i)));
        }
        return evidence;
    }

    /** What the topics would hold: the events numbered in their order, all in partition 0. */
    private static Evidence evidence(
            List<TestingEvent> events, List<Sample> samples, List<RejectedRecord> rejected) {
        return evidence(events, samples, rejected, user -> true);
    }

    private static Evidence evidence(
            List<TestingEvent> events,
            List<Sample> samples,
            List<RejectedRecord> rejected,
            Evidence.Share share) {
        Evidence evidence = new Evidence();
        for (int i = 0; i < events.size(); i++) {
            PlainEvent.Kind kind = PlainEvent.Kind.valueOf(events.get(i).kind().name());
            evidence.event(
                    kind,
                    new Place(kind.stream(), 0, i),
                    events.get(i).timeMs(),
                    events.get(i).bytes(),
                    share);
        }
        for (int i = 0; i < samples.size(); i++) {
            if (share.has(samples.get(i).getUserId())) {
                evidence.sample(new FoundSample(samples.get(i), new Place("samples", 0, i)));
            }
        }
        for (RejectedRecord record : rejected) {
            Long timeMs = record.getEventTimeMs();
            evidence.rejected(
                    new Place(record.getTopic(), record.getPartition(), record.getOffset()),
                    record.getCause(),
                    record.getDetail(),
                    timeMs == null ? 0 : timeMs);
        }
        return evidence;
    }
}
