package io.tamor.jobs.config;

import java.io.Serializable;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An aggregate of past events as of an impression at t.
 *
 * <p>Only events before t count: ties at t that come before the impression in event order do not
 * exist, since impressions are first, and impressions of one instant do not see each other. At its
 * old edge the window moves in steps: an event counts if its hop, {@code floor(time / hop)}, is
 * after the hop of {@code t - over}. So the window is exact at the recent edge, at most one hop
 * shorter than {@code over} at the old one, and needs {@code over / hop + 1} counts however many
 * events there are. LAST and TIME_SINCE are exact at both edges.
 *
 * @param of which events count
 * @param per denominator of {@code RATE}, null otherwise
 * @param over length of the window
 * @param same restricts to events of the impression's own scenario or item (then an item-side
 *     feature), ANY to none
 * @param hop step of the old edge; null where the configuration names none, for the largest round
 *     time that is at most a 24th of {@code over}; one millisecond for LAST and TIME_SINCE
 * @param scenario restricts to events of this scenario, null to none
 * @param smoothing of {@code RATE}, null for none
 * @param users OWN: the user's accepted events. ALL: every user's events as logged, with {@code
 *     same} SCENARIO or ITEM; an outcome counts for the item and scenario it names itself
 */
public record AggregateOptions(
        Function function,
        Events of,
        @Nullable Events per,
        Duration over,
        Same same,
        Duration hop,
        @Nullable String scenario,
        @Nullable Smoothing smoothing,
        Users users)
        implements Serializable {
    /** Most hops of a window. */
    public static final int MOST_HOPS = 400;

    private static final int USUAL_HOPS = 24;
    private static final List<Duration> ROUND =
            List.of(
                    Duration.ofDays(7),
                    Duration.ofDays(2),
                    Duration.ofDays(1),
                    Duration.ofHours(12),
                    Duration.ofHours(6),
                    Duration.ofHours(3),
                    Duration.ofHours(2),
                    Duration.ofHours(1),
                    Duration.ofMinutes(30),
                    Duration.ofMinutes(15),
                    Duration.ofMinutes(10),
                    Duration.ofMinutes(5),
                    Duration.ofMinutes(2),
                    Duration.ofMinutes(1),
                    Duration.ofSeconds(30),
                    Duration.ofSeconds(10),
                    Duration.ofSeconds(5),
                    Duration.ofSeconds(1));

    public AggregateOptions {
        same = same == null ? Same.ANY : same;
        users = users == null ? Users.OWN : users;
        hop = hop != null ? hop : function.exact() ? Duration.ofMillis(1) : usualHop(over);
    }

    /** Adds what is wrong with this aggregate, which is that of the feature named by key. */
    void check(Problems problems, String key, FeatureOptions.Side side, List<String> scenarios) {
        boolean rate = function == Function.RATE;
        problems.require(
                        rate == (per != null),
                        "%s.aggregate.per is given exactly when function is rate",
                        key)
                .require(
                        side == FeatureOptions.Side.ITEM || same == Same.ANY,
                        "%s: an aggregate over the same %s depends on the item, so it must be on"
                                + " side item",
                        key,
                        same)
                .require(over.toMillis() > 0, "%s.aggregate.over must be > 0, was %s", key, over)
                .require(
                        !function.exact() || hop.toMillis() == 1,
                        "%s.aggregate.hop: %s is exact and has none, was %s",
                        key,
                        function,
                        hop)
                .require(
                        hop.toMillis() > 0
                                && hop.compareTo(over) <= 0
                                && (function.exact()
                                        || over.toMillis() / hop.toMillis() <= MOST_HOPS),
                        "%s.aggregate.hop must be in [over / %d, over] with over %s, was %s",
                        key,
                        MOST_HOPS,
                        over,
                        hop)
                .require(
                        scenario == null || scenarios.contains(scenario),
                        "%s.aggregate.scenario is not among scenarios %s: %s",
                        key,
                        scenarios,
                        this)
                .require(
                        scenario == null || same != Same.SCENARIO,
                        "%s.aggregate: either scenario or same: scenario, not both",
                        key)
                .require(
                        users == Users.OWN || same != Same.ANY,
                        "%s.aggregate.users: all users' events are counted by item or scenario;"
                                + " wanted same: item or same: scenario",
                        key)
                .require(
                        smoothing == null || rate,
                        "%s.aggregate.smoothing belongs to function rate",
                        key)
                .require(
                        smoothing == null
                                || (smoothing.weight() > 0
                                        && Double.isFinite(smoothing.weight())
                                        && Double.isFinite(smoothing.rate())),
                        "%s.aggregate.smoothing: wanted a finite rate and a weight > 0, was %s",
                        key,
                        this);
    }

    /**
     * What the values depend on, as a text that fingerprints are made of: it must never change for
     * what can be configured now. A component that comes later is named only where it is not what
     * was meant before it came.
     */
    String meaning() {
        return "AggregateOptions[function="
                + function
                + ", of="
                + of
                + ", per="
                + per
                + ", over="
                + over
                + ", same="
                + same
                + ", hop="
                + hop
                + ", scenario="
                + scenario
                + ", smoothing="
                + (smoothing == null ? null : smoothing.meaning())
                + ", users="
                + users
                + "]";
    }

    private static Duration usualHop(Duration over) {
        return ROUND.stream()
                .filter(step -> step.multipliedBy(USUAL_HOPS).compareTo(over) <= 0)
                .findFirst()
                .orElse(Duration.ofMillis(Math.max(1, over.toMillis() / USUAL_HOPS)));
    }

    /**
     * COUNT of events; SUM, MEAN and LAST of amounts (major units; 1 an event for those without);
     * RATE: count of {@code of} / count of {@code per}, 0 for none, smoothed where asked;
     * TIME_SINCE the last one (hours; the whole window where there is none).
     */
    public enum Function {
        COUNT,
        SUM,
        MEAN,
        RATE,
        LAST,
        TIME_SINCE;

        /** True where only the last event matters, which is kept with its time. */
        public boolean exact() {
            return switch (this) {
                case LAST, TIME_SINCE -> true;
                case COUNT, SUM, MEAN, RATE -> false;
            };
        }
    }

    /** Kinds of event: investments are subscriptions, redemptions their opposite. */
    public enum Events {
        IMPRESSIONS,
        CLICKS,
        CONVERSIONS,
        INVESTMENTS,
        REDEMPTIONS;

        /** True of events with an amount. */
        public boolean money() {
            return switch (this) {
                case INVESTMENTS, REDEMPTIONS -> true;
                case IMPRESSIONS, CLICKS, CONVERSIONS -> false;
            };
        }
    }

    /** The restriction to events like the impression. */
    public enum Same {
        ANY,
        SCENARIO,
        ITEM
    }

    /** Whose events count. */
    public enum Users {
        OWN,
        ALL
    }

    /**
     * Draws a rate towards a prior where there are few events: {@code (of + rate * weight) / (per +
     * weight)}.
     *
     * @param rate what to expect without any event
     * @param weight how many events of {@code per} it is worth, > 0
     */
    public record Smoothing(double rate, double weight) implements Serializable {
        String meaning() {
            return "Smoothing[rate=" + rate + ", weight=" + weight + "]";
        }
    }
}
