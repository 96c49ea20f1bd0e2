package io.tamor.jobs.verify.logic;

import io.tamor.jobs.config.AggregateOptions;
import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.config.FeatureOptions;
import io.tamor.jobs.verify.logic.PlainEvent.Kind;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apache.commons.codec.digest.MurmurHash3;

/** Aggregates as their definition reads: the events in the window, one by one. */
@SuppressWarnings("ReferenceEquality") // an accepted event is itself: copies were rejected before
final class AggregateOracle {
    private final Deployment deployment;
    private final List<Accepted> accepted;

    /** All users' events that count by item, and by scenario, in event order, copies once. */
    private final Map<AggregateOptions.Same, List<Accepted>> counted =
            new EnumMap<>(AggregateOptions.Same.class);

    AggregateOracle(
            Deployment deployment,
            List<Accepted> accepted,
            Map<AggregateOptions.Same, List<PlainEvent>> counted) {
        this.deployment = deployment;
        this.accepted = accepted;
        counted.forEach((same, events) -> this.counted.put(same, logged(same, events)));
    }

    /** Whether a feature over all users counts such events. */
    static boolean countsOfAllUsers(Deployment deployment, PlainEvent event) {
        for (FeatureOptions feature : deployment.features()) {
            AggregateOptions aggregate = feature.aggregate();
            if (aggregate != null
                    && aggregate.users() == AggregateOptions.Users.ALL
                    && (isOf(event, aggregate.of())
                            || (aggregate.per() != null && isOf(event, aggregate.per())))) {
                return true;
            }
        }
        return false;
    }

    /** Copies are those of one item or scenario; the first one in a fixed order counts. */
    private static List<Accepted> logged(AggregateOptions.Same same, List<PlainEvent> events) {
        record Identity(String group, Kind kind, boolean redemption, String id, long timeMs) {}
        Set<Identity> seen = new HashSet<>();
        return events.stream()
                .sorted(
                        Comparator.comparingLong(PlainEvent::timeMs)
                                .thenComparing(PlainEvent::kind)
                                .thenComparing(PlainEvent::id)
                                .thenComparingInt(AggregateOracle::scenarioHash)
                                .thenComparingLong(PlainEvent::amountMinor))
                .filter(
                        e ->
                                seen.add(
                                        new Identity(
                                                same == AggregateOptions.Same.ITEM
                                                        ? e.item()
                                                        : e.scenario(),
                                                e.kind(),
                                                e.redemption(),
                                                e.id(),
                                                e.timeMs())))
                .map(e -> new Accepted(e, null, Long.MIN_VALUE))
                .toList();
    }

    /** What stands for a scenario where all users' events wait: it orders copies. */
    private static int scenarioHash(PlainEvent event) {
        String scenario = event.namedScenario();
        return scenario == null
                ? 0
                : (int)
                        (MurmurHash3.hash128x64(scenario.getBytes(StandardCharsets.UTF_8))[0]
                                >>> Integer.SIZE);
    }

    double value(AggregateOptions aggregate, PlainEvent impression) {
        List<PlainEvent> events = inWindow(aggregate, aggregate.of(), impression);
        long count = events.size();
        return switch (aggregate.function()) {
            case COUNT -> count;
            case SUM -> amount(events);
            case MEAN -> count == 0 ? 0 : amount(events) / count;
            case RATE -> {
                long per =
                        inWindow(aggregate, Objects.requireNonNull(aggregate.per()), impression)
                                .size();
                AggregateOptions.Smoothing prior = aggregate.smoothing();
                double weight = prior == null ? 0 : prior.weight();
                double extra = prior == null ? 0 : prior.rate() * prior.weight();
                yield per + weight == 0 ? 0 : (count + extra) / (per + weight);
            }
            case LAST -> count == 0 ? 0 : amount(events.subList(events.size() - 1, events.size()));
            case TIME_SINCE ->
                    (count == 0
                                    ? aggregate.over().toMillis()
                                    : impression.timeMs() - events.get(events.size() - 1).timeMs())
                            / 3_600_000.0;
        };
    }

    /** Major units; 1 an event for those without an amount. */
    private static double amount(List<PlainEvent> events) {
        long minor = 0;
        for (PlainEvent event : events) {
            minor += event.kind() == Kind.INVESTMENT ? event.amountMinor() : 100;
        }
        return minor / 100.0;
    }

    private List<PlainEvent> inWindow(
            AggregateOptions aggregate, AggregateOptions.Events of, PlainEvent impression) {
        long hop = aggregate.hop().toMillis();
        long left = Math.floorDiv(impression.timeMs() - aggregate.over().toMillis(), hop);
        List<PlainEvent> events = new ArrayList<>();
        boolean own = aggregate.users() == AggregateOptions.Users.OWN;
        for (Accepted one : own ? accepted : counted.getOrDefault(aggregate.same(), List.of())) {
            PlainEvent event = one.event();
            if (!one.late()
                    && isOf(event, of)
                    && event.timeMs() < impression.timeMs()
                    && Math.floorDiv(event.timeMs(), hop) > left
                    && (aggregate.scenario() == null || aggregate.scenario().equals(scenario(one)))
                    && like(aggregate, one, impression)) {
                events.add(event);
            }
        }
        return events;
    }

    private boolean like(AggregateOptions aggregate, Accepted one, PlainEvent impression) {
        return switch (aggregate.same()) {
            case ANY -> true;
            case SCENARIO -> impression.scenario().equals(scenario(one));
            case ITEM ->
                    impression.item().equals(one.event().item())
                            && (aggregate.users() == AggregateOptions.Users.ALL
                                    || !forgotten(one.event(), impression.timeMs()));
        };
    }

    /** An outcome counts for the scenario of its impression. */
    private static String scenario(Accepted one) {
        PlainEvent target = one.target();
        return target == null ? one.event().scenario() : target.scenario();
    }

    private static boolean isOf(PlainEvent event, AggregateOptions.Events of) {
        return switch (of) {
            case IMPRESSIONS -> event.kind() == Kind.IMPRESSION;
            case CLICKS -> event.kind() == Kind.CLICK;
            case CONVERSIONS -> event.kind() == Kind.CONVERSION;
            case INVESTMENTS -> event.kind() == Kind.INVESTMENT && !event.redemption();
            case REDEMPTIONS -> event.redemption();
        };
    }

    /**
     * Whether, after the event and before the time, so many other items had events that the item
     * was the one with the oldest newest event among too many.
     */
    private boolean forgotten(PlainEvent event, long beforeMs) {
        LinkedHashSet<String> others = new LinkedHashSet<>();
        boolean after = false;
        for (Accepted one : accepted) {
            PlainEvent next = one.event();
            if (next.timeMs() >= beforeMs) {
                break;
            }
            if (after && !one.late() && !next.item().isEmpty() && countsForAnItem(one)) {
                if (next.item().equals(event.item())) {
                    others.clear();
                } else {
                    others.add(next.item());
                }
                if (others.size() >= deployment.timeline().maxItemsPerUser()) {
                    return true;
                }
            }
            after |= next == event;
        }
        return false;
    }

    private boolean countsForAnItem(Accepted one) {
        for (FeatureOptions feature : deployment.features()) {
            AggregateOptions aggregate = feature.aggregate();
            if (aggregate != null
                    && aggregate.same() == AggregateOptions.Same.ITEM
                    && aggregate.users() == AggregateOptions.Users.OWN
                    && (aggregate.scenario() == null || aggregate.scenario().equals(scenario(one)))
                    && (isOf(one.event(), aggregate.of())
                            || (aggregate.per() != null && isOf(one.event(), aggregate.per())))) {
                return true;
            }
        }
        return false;
    }
}
