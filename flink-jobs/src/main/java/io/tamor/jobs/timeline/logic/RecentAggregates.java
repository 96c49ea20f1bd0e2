package io.tamor.jobs.timeline.logic;

import io.tamor.jobs.config.AggregateOptions;
import io.tamor.jobs.config.AggregateOptions.Events;
import io.tamor.jobs.config.AggregateOptions.Same;
import java.io.Serializable;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Aggregates whose window is no longer than a user's events are remembered: computed from these
 * events, so that nothing else is kept for them. The same values as {@link AggregateRules} keep:
 * windows move in hops at their old edge, late events are not among them, and beyond {@code
 * maxItems} the item whose newest event is oldest is forgotten.
 */
final class RecentAggregates implements Serializable {
    private static final double MINOR_PER_MAJOR = 100.0;
    private static final double HOUR_MS = 3_600_000.0;

    private final SeriesSpec[] touching;
    private final int maxItems;

    /**
     * @param among all aggregates of a user: the events of any of them keep an item remembered
     */
    RecentAggregates(List<AggregateOptions> among, int maxItems) {
        this.touching = AggregateRules.touching(among);
        this.maxItems = maxItems;
    }

    /** What a window holds. */
    private static final class Window {
        long count;
        long amountMinor;
        long newestMs;
        long newestMinor;
    }

    /** The value as of an impression. */
    double value(
            AggregateOptions aggregate, UserHistory history, long timeMs, long item, int scenario) {
        Window of = window(aggregate, aggregate.of(), history, timeMs, item, scenario);
        boolean money = aggregate.of().money();
        return switch (aggregate.function()) {
            case COUNT -> of.count;
            case SUM -> money ? of.amountMinor / MINOR_PER_MAJOR : of.count;
            case MEAN ->
                    of.count == 0
                            ? 0
                            : (money ? of.amountMinor / MINOR_PER_MAJOR : of.count) / of.count;
            case RATE ->
                    AggregateRules.rate(
                            of.count,
                            window(aggregate, per(aggregate), history, timeMs, item, scenario)
                                    .count,
                            aggregate.smoothing());
            case LAST -> money ? of.newestMinor / MINOR_PER_MAJOR : Math.min(1, of.count);
            case TIME_SINCE ->
                    (of.count == 0 ? aggregate.over().toMillis() : timeMs - of.newestMs) / HOUR_MS;
        };
    }

    private static Events per(AggregateOptions aggregate) {
        Events per = aggregate.per();
        if (per == null) {
            throw new IllegalStateException("a rate has per");
        }
        return per;
    }

    private Window window(
            AggregateOptions aggregate,
            Events counted,
            UserHistory history,
            long timeMs,
            long item,
            int scenario) {
        Window window = new Window();
        long hopMs = aggregate.hop().toMillis();
        long left = Math.floorDiv(timeMs - aggregate.over().toMillis(), hopMs);
        int only = IdHash.ofName(aggregate.scenario());
        // An event is after the left hop if it is at or after the start of the next one.
        long fromMs = (left + 1) * hopMs;
        boolean ofItem = aggregate.same() == Same.ITEM;
        if (ofItem && item == LabelEvent.NO_ITEM) {
            return window;
        }
        // With fewer events than items to remember none is forgotten.
        Set<Long> others = ofItem && history.size() > maxItems ? new HashSet<>() : null;
        for (int i = history.size() - 1; i >= 0 && history.timeMs(i) >= fromMs; i--) {
            if (history.timeMs(i) >= timeMs || history.late(i)) {
                continue;
            }
            Events event = UserHistory.eventsOf(history.type(i));
            int place = history.scenario(i);
            if (others != null && isForgotten(others, event, place, history.item(i), item)) {
                break;
            }
            if (event == counted
                    && (only == 0 || only == place)
                    && (!ofItem || history.item(i) == item)
                    && (aggregate.same() != Same.SCENARIO || (place == scenario && place != 0))) {
                if (window.count == 0) {
                    window.newestMs = history.timeMs(i);
                    window.newestMinor = history.amountMinor(i);
                }
                window.count++;
                window.amountMinor = Amounts.sum(window.amountMinor, history.amountMinor(i));
            }
        }
        return window;
    }

    /** Going back in time: true where so many others came since that the item was forgotten. */
    private boolean isForgotten(Set<Long> others, Events event, int place, long item, long own) {
        if (item == LabelEvent.NO_ITEM || !AggregateRules.counts(touching, event, place)) {
            return false;
        }
        if (item == own) {
            others.clear();
        } else {
            others.add(item);
        }
        return others.size() >= maxItems;
    }
}
