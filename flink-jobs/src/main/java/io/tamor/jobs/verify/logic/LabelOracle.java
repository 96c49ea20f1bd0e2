package io.tamor.jobs.verify.logic;

import io.tamor.jobs.config.AttributionOptions;
import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.config.LabelSetOptions;
import io.tamor.jobs.config.TaskOptions;
import io.tamor.jobs.verify.logic.PlainEvent.Kind;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Labels as their definitions read, of a user's accepted events. */
@SuppressWarnings({"ReferenceEquality", "IdentityHashMapUsage"}) // an accepted event is itself
final class LabelOracle {
    private final Deployment deployment;
    private final WindowOracle windows;
    private final List<Accepted> accepted;

    /** The first ones of an impression. */
    private final Map<@Nullable PlainEvent, PlainEvent> clicks = new IdentityHashMap<>();

    private final Map<@Nullable PlainEvent, PlainEvent> conversions = new IdentityHashMap<>();

    /** Of each subscription the impressions that claim it. */
    private final Map<LabelSetOptions, Map<PlainEvent, List<PlainEvent>>> claims = new HashMap<>();

    private final Map<LabelSetOptions, List<Taken>> taken = new HashMap<>();

    /** What a redemption took from an attributed subscription. */
    private record Taken(PlainEvent subscription, long timeMs, long amountMinor) {}

    /** What is left of a subscription that is attributed to an impression. */
    private record Attributed(PlainEvent subscription, long leftMinor) {}

    /**
     * @param accepted the user's events in event order
     */
    LabelOracle(Deployment deployment, WindowOracle windows, List<Accepted> accepted) {
        this.deployment = deployment;
        this.windows = windows;
        this.accepted = accepted;
        for (Accepted one : accepted) {
            if (one.event().kind() == Kind.CLICK) {
                clicks.putIfAbsent(one.target(), one.event());
            } else if (one.event().kind() == Kind.CONVERSION) {
                conversions.putIfAbsent(one.target(), one.event());
            }
        }
        for (LabelSetOptions set : deployment.timeline().labelSets()) {
            Map<PlainEvent, List<PlainEvent>> bySubscription = new IdentityHashMap<>();
            investments(false).forEach(s -> bySubscription.put(s, claimants(s, set)));
            claims.put(set, bySubscription);
            taken.put(set, taken(set));
        }
    }

    private @Nullable PlainEvent first(@Nullable PlainEvent impression, Kind kind) {
        return (kind == Kind.CLICK ? clicks : conversions).get(impression);
    }

    private List<PlainEvent> claimants(PlainEvent investment, LabelSetOptions set) {
        AttributionOptions rule = set.attribution();
        List<PlainEvent> open =
                Accepted.impressionsBefore(investment, accepted).stream()
                        .filter(p -> windows.investableUntil(p) >= investment.timeMs())
                        .toList();
        if (investment.impressionId() != null) {
            return open.stream().filter(p -> p.id().equals(investment.impressionId())).toList();
        }
        List<PlainEvent> inScope =
                open.stream()
                        .filter(
                                p ->
                                        rule.scope() == AttributionOptions.Scope.ANY
                                                || p.scenario().equals(investment.scenario()))
                        .toList();
        long window = rule.window().toMillis();
        if (rule.rule() == AttributionOptions.Rule.LAST_IMPRESSION) {
            return last(
                    inScope.stream()
                            .filter(p -> investment.timeMs() <= p.timeMs() + window)
                            .toList());
        }
        // Clicks in event order, each with its impression.
        List<PlainEvent> clicked = new ArrayList<>();
        for (Accepted one : accepted) {
            if (!one.isBefore(investment)) {
                break;
            }
            if (one.event().kind() == Kind.CLICK
                    && one.event() == first(one.target(), Kind.CLICK)
                    && inScope.contains(one.target())
                    && investment.timeMs() <= one.event().timeMs() + window) {
                clicked.add(one.target());
            }
        }
        return switch (rule.rule()) {
            case LAST_CLICK -> last(clicked);
            case FIRST_CLICK -> clicked.isEmpty() ? List.of() : clicked.subList(0, 1);
            case EVERY_CLICK -> clicked;
            case LAST_IMPRESSION -> throw new AssertionError();
        };
    }

    private List<PlainEvent> claims(PlainEvent subscription, LabelSetOptions set) {
        return claims.getOrDefault(set, Map.of()).getOrDefault(subscription, List.of());
    }

    private static List<PlainEvent> last(List<PlainEvent> events) {
        return events.isEmpty() ? List.of() : events.subList(events.size() - 1, events.size());
    }

    private Stream<PlainEvent> investments(boolean redemptions) {
        return accepted.stream()
                .map(Accepted::event)
                .filter(e -> e.kind() == Kind.INVESTMENT && e.redemption() == redemptions);
    }

    /** What each redemption takes, latest subscription first. */
    private List<Taken> taken(LabelSetOptions set) {
        List<Taken> all = new ArrayList<>();
        if (set.redemptions() == LabelSetOptions.Redemptions.IGNORE) {
            return all;
        }
        for (PlainEvent redemption : investments(true).toList()) {
            long rest = redemption.amountMinor();
            List<PlainEvent> latestFirst =
                    new ArrayList<>(
                            investments(false)
                                    .filter(s -> Accepted.isBefore(s, redemption))
                                    .toList());
            Collections.reverse(latestFirst);
            for (PlainEvent subscription : latestFirst) {
                List<PlainEvent> open =
                        claims(subscription, set).stream()
                                .filter(p -> windows.investableUntil(p) >= redemption.timeMs())
                                .toList();
                if (!open.isEmpty() && concerns(redemption, subscription, open)) {
                    long amount = Math.min(rest, left(subscription, Long.MAX_VALUE, all));
                    all.add(new Taken(subscription, redemption.timeMs(), amount));
                    rest -= amount;
                }
            }
        }
        return all;
    }

    private static boolean concerns(
            PlainEvent redemption, PlainEvent subscription, List<PlainEvent> open) {
        if (redemption.impressionId() != null) {
            return open.stream().anyMatch(p -> p.id().equals(redemption.impressionId()));
        }
        if (!redemption.item().isEmpty()) {
            return redemption.item().equals(subscription.item());
        }
        return redemption.scenario().isEmpty()
                || redemption.scenario().equals(subscription.scenario());
    }

    private static long left(PlainEvent subscription, long until, List<Taken> taken) {
        return subscription.amountMinor()
                - taken.stream()
                        .filter(t -> t.subscription() == subscription && t.timeMs() <= until)
                        .mapToLong(Taken::amountMinor)
                        .sum();
    }

    /** Subscriptions attributed to the impression up to the time, and what is left of them then. */
    private List<Attributed> attributed(PlainEvent impression, long until, LabelSetOptions set) {
        long retractableUntil = Math.min(until, windows.investableUntil(impression));
        return investments(false)
                .filter(s -> s.timeMs() <= until && claims(s, set).contains(impression))
                .map(
                        s ->
                                new Attributed(
                                        s,
                                        left(
                                                s,
                                                retractableUntil,
                                                taken.getOrDefault(set, List.of()))))
                .filter(a -> a.leftMinor() > 0)
                .toList();
    }

    /** All the user's subscriptions in (the impression, until], less what was redeemed of them. */
    private long total(PlainEvent impression, long until, LabelSetOptions set) {
        boolean retract = set.redemptions() == LabelSetOptions.Redemptions.RETRACT;
        long total = 0;
        for (Accepted one : accepted) {
            PlainEvent event = one.event();
            if (event.kind() != Kind.INVESTMENT
                    || event.timeMs() <= impression.timeMs()
                    || event.timeMs() > until) {
                continue;
            }
            if (!event.redemption()) {
                total += event.amountMinor();
            } else if (retract) {
                total = Math.max(0, total - event.amountMinor());
            }
        }
        return total;
    }

    float label(TaskOptions task, PlainEvent impression, LabelSetOptions set) {
        long end = windows.deadline(task, impression);
        PlainEvent click = first(impression, Kind.CLICK);
        PlainEvent conversion = first(impression, Kind.CONVERSION);
        return switch (task.label()) {
            case CLICK -> click != null && click.timeMs() <= end ? 1 : 0;
            case CONVERSION ->
                    conversion != null
                                    && conversion.timeMs() <= end
                                    && (!deployment.timeline().matching().conversionRequiresClick()
                                            || (click != null
                                                    && click.timeMs() <= conversion.timeMs()))
                            ? 1
                            : 0;
            case INVESTMENT -> attributed(impression, end, set).isEmpty() ? 0 : 1;
            case LARGE_INVESTMENT ->
                    attributed(impression, end, set).stream()
                                    .anyMatch(a -> a.leftMinor() > task.thresholdMinor())
                            ? 1
                            : 0;
            case AMOUNT -> (float) (sum(attributed(impression, end, set)) / 100.0);
            case USER_TOTAL -> total(impression, end, set) > task.thresholdMinor() ? 1 : 0;
        };
    }

    /** What is attributed to the impression up to the time, minor units. */
    long attributedMinor(PlainEvent impression, long until, LabelSetOptions set) {
        return sum(attributed(impression, until, set));
    }

    private static long sum(List<Attributed> attributed) {
        return attributed.stream().mapToLong(Attributed::leftMinor).sum();
    }
}
