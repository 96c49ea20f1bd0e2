package io.tamor.jobs.timeline.logic;

import io.tamor.jobs.config.AggregateOptions;
import io.tamor.jobs.config.AggregateOptions.Events;
import io.tamor.jobs.config.AggregateOptions.Same;
import java.io.Serializable;
import java.util.ArrayList;
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
    private static final int NONE = -1;

    private final AggregateOptions[] aggregates;

    /** By aggregate the window of what it counts, and of what its rate is per. */
    private final int[] of;

    private final int[] per;
    private final Window[] windows;

    /** By type of event the windows that may count it. */
    private final Window[][] counting;

    private final SeriesSpec[] touching;
    private final boolean ofItems;
    private final int maxItems;

    /**
     * @param aggregates those to be computed
     * @param among all aggregates of a user: the events of any of them keep an item remembered
     */
    RecentAggregates(
            List<AggregateOptions> aggregates, List<AggregateOptions> among, int maxItems) {
        this.aggregates = aggregates.toArray(AggregateOptions[]::new);
        this.of = new int[this.aggregates.length];
        this.per = new int[this.aggregates.length];
        List<Window> all = new ArrayList<>();
        for (int i = 0; i < this.aggregates.length; i++) {
            AggregateOptions aggregate = this.aggregates[i];
            Events events = aggregate.per();
            of[i] = window(all, aggregate, aggregate.of());
            per[i] = events == null ? NONE : window(all, aggregate, events);
        }
        this.windows = all.toArray(Window[]::new);
        this.counting = new Window[UserHistory.REDEMPTION + 1][];
        for (int type = 0; type < counting.length; type++) {
            Events events = UserHistory.eventsOf(type);
            counting[type] = all.stream().filter(w -> w.events == events).toArray(Window[]::new);
        }
        this.touching = AggregateRules.touching(among);
        this.ofItems = all.stream().anyMatch(w -> w.same == Same.ITEM);
        this.maxItems = maxItems;
    }

    private static int window(List<Window> all, AggregateOptions aggregate, Events events) {
        Window wanted = new Window(aggregate, events);
        for (int i = 0; i < all.size(); i++) {
            if (all.get(i).isAs(wanted)) {
                return i;
            }
        }
        all.add(wanted);
        return all.size() - 1;
    }

    /** Which events count, and what they came to as of the impression at hand. */
    private static final class Window implements Serializable {
        final Events events;
        final Same same;
        final int only;
        final long overMs;
        final long hopMs;

        long fromMs;
        long count;
        long amountMinor;
        long newestMs;
        long newestMinor;

        Window(AggregateOptions aggregate, Events events) {
            this.events = events;
            this.same = aggregate.same();
            this.only = IdHash.ofName(aggregate.scenario());
            this.overMs = aggregate.over().toMillis();
            this.hopMs = aggregate.hop().toMillis();
        }

        boolean isAs(Window other) {
            return events == other.events
                    && same == other.same
                    && only == other.only
                    && overMs == other.overMs
                    && hopMs == other.hopMs;
        }

        void begin(long timeMs) {
            // An event is after the left hop if it is at or after the start of the next one.
            fromMs = (Math.floorDiv(timeMs - overMs, hopMs) + 1) * hopMs;
            count = 0;
            amountMinor = 0;
            newestMinor = 0;
        }

        void add(long timeMs, long minor) {
            if (count == 0) {
                newestMs = timeMs;
                newestMinor = minor;
            }
            count++;
            amountMinor = Amounts.sum(amountMinor, minor);
        }
    }

    /** The values as of an impression, in the order of the aggregates. */
    double[] values(UserHistory history, long timeMs, long item, int scenario) {
        double[] values = new double[aggregates.length];
        if (values.length > 0) {
            walk(history, timeMs, item, scenario);
        }
        for (int i = 0; i < values.length; i++) {
            values[i] = value(aggregates[i], windows[of[i]], per[i], timeMs);
        }
        return values;
    }

    private double value(AggregateOptions aggregate, Window of, int per, long timeMs) {
        boolean money = aggregate.of().money();
        return switch (aggregate.function()) {
            case COUNT -> of.count;
            case SUM -> money ? of.amountMinor / MINOR_PER_MAJOR : of.count;
            case MEAN ->
                    of.count == 0
                            ? 0
                            : (money ? of.amountMinor / MINOR_PER_MAJOR : of.count) / of.count;
            case RATE -> AggregateRules.rate(of.count, windows[per].count, aggregate.smoothing());
            case LAST -> money ? of.newestMinor / MINOR_PER_MAJOR : Math.min(1, of.count);
            case TIME_SINCE -> (of.count == 0 ? of.overMs : timeMs - of.newestMs) / HOUR_MS;
        };
    }

    /** Counts the events before the impression into the windows, the newest first. */
    private void walk(UserHistory history, long timeMs, long item, int scenario) {
        long firstMs = Long.MAX_VALUE;
        for (Window window : windows) {
            window.begin(timeMs);
            firstMs = Math.min(firstMs, window.fromMs);
        }
        boolean itemKnown = ofItems && item != LabelEvent.NO_ITEM;
        // With fewer events than items to remember none is forgotten.
        Set<Long> others = itemKnown && history.size() > maxItems ? new HashSet<>() : null;
        for (int i = history.size() - 1; i >= 0 && history.timeMs(i) >= firstMs; i--) {
            long atMs = history.timeMs(i);
            if (atMs >= timeMs || history.late(i)) {
                continue;
            }
            int type = history.type(i);
            int place = history.scenario(i);
            if (others != null && isForgotten(others, type, place, history.item(i), item)) {
                itemKnown = false;
                others = null;
            }
            for (Window window : counting[type]) {
                boolean counts =
                        switch (window.same) {
                            case ANY -> true;
                            case SCENARIO -> place == scenario && place != 0;
                            case ITEM -> itemKnown && history.item(i) == item;
                        };
                if (counts && atMs >= window.fromMs && (window.only == 0 || window.only == place)) {
                    window.add(atMs, history.amountMinor(i));
                }
            }
        }
    }

    /** Going back in time: true where so many others came since that the item was forgotten. */
    private boolean isForgotten(Set<Long> others, int type, int place, long item, long own) {
        if (item == LabelEvent.NO_ITEM
                || !AggregateRules.counts(touching, UserHistory.eventsOf(type), place)) {
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
