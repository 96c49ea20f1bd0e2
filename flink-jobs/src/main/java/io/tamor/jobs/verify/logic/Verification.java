package io.tamor.jobs.verify.logic;

import io.tamor.jobs.config.AggregateOptions;
import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.config.EventTimeOptions;
import io.tamor.jobs.config.FeatureOptions;
import io.tamor.schemas.RejectionCause;
import io.tamor.schemas.Sample;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Holds samples, rejections and corrections against the {@link BatchOracle}'s. What depends on the
 * moment of arrival is taken from the timeline's own rejections and corrections: which events were
 * late (or ahead of the clock), and how far the timeline was then; everything else is derived again
 * from the events.
 */
public final class Verification {
    private final Deployment deployment;
    private final Scope scope;
    private final Consumer<Difference> differences;
    private final PlainChecks checks;
    private final SampleFields fields;
    private final CorrectionVerification corrections;
    private long sampleCount;
    private long lateCount;
    private long correctionCount;

    private record EventKey(String user, PlainEvent.Kind kind, String id) {
        static EventKey of(PlainEvent event) {
            return new EventKey(event.user(), event.kind(), event.id());
        }

        static EventKey ofImpression(SampleKey sample) {
            return new EventKey(sample.user(), PlainEvent.Kind.IMPRESSION, sample.impression());
        }
    }

    public Verification(Deployment deployment, Scope scope, Consumer<Difference> differences) {
        this.deployment = deployment;
        this.scope = scope;
        this.differences = differences;
        this.checks = new PlainChecks(deployment);
        this.fields = new SampleFields(deployment);
        this.corrections = new CorrectionVerification(scope, differences);
    }

    /** Samples that are as they must be or not, of the scope. */
    public long sampleCount() {
        return sampleCount;
    }

    /** Events left out since the timeline found them late, or ahead of the clock. */
    public long lateCount() {
        return lateCount;
    }

    /** Corrections that there should be, of the scope's samples. */
    public long correctionCount() {
        return correctionCount;
    }

    /** True where features over all users count events: a share of the users is not enough. */
    public boolean countsAllUsers() {
        return deployment.features().stream()
                .map(FeatureOptions::aggregate)
                .anyMatch(a -> a != null && a.users() == AggregateOptions.Users.ALL);
    }

    /**
     * What features over all users count of some users, of whom the evidence holds everything: the
     * events that were in time.
     */
    public List<PlainEvent> counted(Evidence evidence) {
        List<PlainEvent> possible =
                evidence.events.stream()
                        .filter(checks::possible)
                        .filter(event -> !evidence.late.containsKey(event.place()))
                        .toList();
        Set<Place> late = late(possible, evidence);
        return possible.stream()
                .filter(event -> !late.contains(event.place()))
                .filter(event -> AggregateOracle.countsOfAllUsers(deployment, event))
                .map(PlainEvent::toCount)
                .toList();
    }

    /** Verifies all users at once, or some where {@link #countsAllUsers} says no. */
    public void verify(Evidence evidence) {
        verify(evidence, counted(evidence));
    }

    /**
     * Verifies some users, of whom the evidence holds everything.
     *
     * @param counted what is {@link #counted} of all users
     */
    public void verify(Evidence evidence, List<PlainEvent> counted) {
        Map<Place, RejectionCause> wanted = new HashMap<>();
        Map<Place, Long> times = new HashMap<>(evidence.undecodable);
        evidence.undecodable.keySet().forEach(p -> wanted.put(p, RejectionCause.UNDECODABLE));
        List<PlainEvent> possible = new ArrayList<>();
        for (PlainEvent event : evidence.events) {
            times.put(event.place(), event.timeMs());
            if (checks.possible(event)) {
                possible.add(event);
            } else {
                wanted.put(event.place(), RejectionCause.INVALID);
            }
        }
        List<BatchOracle.Late> taken = taken(possible, evidence);
        possible.removeIf(event -> evidence.late.containsKey(event.place()));
        Set<Place> late = late(possible, evidence);
        lateCount += late.size();
        BatchOracle oracle =
                BatchOracle.of(
                        deployment,
                        possible.stream().filter(e -> !late.contains(e.place())).toList(),
                        taken,
                        Map.of(
                                AggregateOptions.Same.ITEM,
                                counted,
                                AggregateOptions.Same.SCENARIO,
                                counted));
        for (BatchOracle.Rejection rejection : oracle.rejected()) {
            wanted.put(rejection.event().place(), rejection.cause());
        }
        rejections(wanted, times, late, evidence);
        Map<EventKey, Place> impressions = new HashMap<>();
        for (PlainEvent event : possible) {
            if (event.kind() == PlainEvent.Kind.IMPRESSION) {
                impressions.putIfAbsent(EventKey.of(event), event.place());
            }
        }
        samples(oracle.samples(), evidence.samples, impressions);
        correctionCount += corrections.verify(oracle.changes(), evidence.corrections);
    }

    /** Late outcomes that the timeline did not leave out, in the order of arrival. */
    private static List<BatchOracle.Late> taken(List<PlainEvent> events, Evidence evidence) {
        Map<Place, PlainEvent> byPlace = new HashMap<>();
        for (PlainEvent event : events) {
            if (event.kind() != PlainEvent.Kind.IMPRESSION) {
                byPlace.put(event.place(), event);
            }
        }
        List<BatchOracle.Late> taken = new ArrayList<>();
        evidence.late.forEach(
                (place, appliedMs) -> {
                    PlainEvent event = byPlace.get(place);
                    if (event != null) {
                        taken.add(new BatchOracle.Late(event, appliedMs));
                    }
                });
        return taken;
    }

    private Set<Place> late(List<PlainEvent> events, Evidence evidence) {
        Set<Place> late = new HashSet<>();
        Map<EventKey, PlainEvent> kept = new HashMap<>();
        for (PlainEvent event : events) {
            RejectionCause cause = cause(evidence, event);
            if (cause == RejectionCause.LATE || aheadOfTheClock(evidence, event)) {
                late.add(event.place());
            } else if (cause != RejectionCause.DUPLICATE) {
                kept.put(EventKey.of(event), event);
            }
        }
        // A copy that comes before the one that counted can only have lost by coming late.
        for (PlainEvent event : events) {
            PlainEvent copy = kept.get(EventKey.of(event));
            if (copy != null
                    && cause(evidence, event) == RejectionCause.DUPLICATE
                    && PlainEvent.ORDER.compare(event, copy) < 0) {
                late.add(event.place());
            }
        }
        return late;
    }

    private boolean aheadOfTheClock(Evidence evidence, PlainEvent event) {
        Evidence.Rejected rejected = evidence.rejected.get(event.place());
        return deployment.eventTime().lead() != null
                && rejected != null
                && rejected.cause() == RejectionCause.INVALID
                && rejected.detail().contains(EventTimeOptions.LEAD);
    }

    private static @Nullable RejectionCause cause(Evidence evidence, PlainEvent event) {
        Evidence.Rejected rejected = evidence.rejected.get(event.place());
        return rejected == null ? null : rejected.cause();
    }

    private void rejections(
            Map<Place, RejectionCause> wanted,
            Map<Place, Long> times,
            Set<Place> late,
            Evidence evidence) {
        wanted.forEach(
                (place, cause) -> {
                    long timeMs = times.getOrDefault(place, 0L);
                    Evidence.Rejected found = evidence.rejected.get(place);
                    if (scope.holds(timeMs) && found == null) {
                        report(
                                Difference.Kind.MISSING_REJECTION,
                                "event",
                                place,
                                List.of("wanted " + cause + ", found none"));
                    } else if (scope.holds(timeMs) && found != null && found.cause() != cause) {
                        report(
                                Difference.Kind.DIFFERENT_REJECTION,
                                "event",
                                place,
                                List.of("wanted " + cause + ", found " + found.cause()));
                    }
                });
        evidence.rejected.forEach(
                (place, found) -> {
                    if (scope.holds(found.timeMs())
                            && times.containsKey(place)
                            && !wanted.containsKey(place)
                            && !late.contains(place)) {
                        report(
                                Difference.Kind.UNEXPECTED_REJECTION,
                                "event",
                                place,
                                List.of("wanted none, found " + found.cause()));
                    }
                });
        for (Evidence.RejectedAgain again : evidence.rejectedAgain) {
            Evidence.Rejected first = evidence.rejected.get(again.place());
            if (scope.holds(again.rejected().timeMs())
                    && times.containsKey(again.place())
                    && first != null) {
                report(
                        Difference.Kind.REPEATED_REJECTION,
                        "event",
                        again.place(),
                        List.of("first " + first.cause() + ", then " + again.rejected().cause()));
            }
        }
    }

    private void samples(
            List<Sample> wanted, List<FoundSample> found, Map<EventKey, Place> impressions) {
        Map<SampleKey, FoundSample> byKey = new HashMap<>();
        for (FoundSample sample : found) {
            SampleKey key = SampleKey.of(sample.sample());
            FoundSample first = byKey.putIfAbsent(key, sample);
            if (first != null && scope.holds(sample.sample().getMaturedAtMs())) {
                report(
                        Difference.Kind.REPEATED_SAMPLE,
                        key.toString(),
                        sample.place(),
                        List.of("first at " + first.place()));
            }
        }
        for (Sample sample : wanted) {
            SampleKey key = SampleKey.of(sample);
            FoundSample there = byKey.remove(key);
            long maturedMs = sample.getMaturedAtMs();
            boolean held =
                    scope.holds(maturedMs)
                            || (there != null && scope.holds(there.sample().getMaturedAtMs()));
            if (!held) {
                continue;
            }
            sampleCount++;
            if (there == null) {
                report(
                        Difference.Kind.MISSING_SAMPLE,
                        key.toString(),
                        impressions.get(EventKey.ofImpression(key)),
                        List.of("matured at " + maturedMs));
                continue;
            }
            List<String> details = fields.differences(sample, there.sample());
            if (!details.isEmpty()) {
                report(Difference.Kind.DIFFERENT_SAMPLE, key.toString(), there.place(), details);
            }
        }
        byKey.forEach(
                (key, sample) -> {
                    if (scope.holds(sample.sample().getMaturedAtMs())) {
                        report(
                                Difference.Kind.UNEXPECTED_SAMPLE,
                                key.toString(),
                                sample.place(),
                                List.of("matured at " + sample.sample().getMaturedAtMs()));
                    }
                });
    }

    private void report(
            Difference.Kind kind, String what, @Nullable Place place, List<String> details) {
        differences.accept(new Difference(kind, what, place, details));
    }
}
