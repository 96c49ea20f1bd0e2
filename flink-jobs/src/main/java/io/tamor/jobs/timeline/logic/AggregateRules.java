package io.tamor.jobs.timeline.logic;

import io.tamor.jobs.config.AggregateOptions;
import io.tamor.jobs.config.AggregateOptions.Events;
import io.tamor.jobs.config.AggregateOptions.Same;
import io.tamor.jobs.config.AggregateOptions.Smoothing;
import java.io.Serializable;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Keeps {@link Aggregates} for a list of configured aggregates and computes their values. Events
 * are added in event order; a value as of t holds the events before t, and is a function of the
 * events alone.
 */
final class AggregateRules implements Serializable {
    private static final double MINOR_PER_MAJOR = 100.0;
    private static final double HOUR_MS = 3_600_000.0;

    /** An aggregate and the series it reads. */
    private record Reading(AggregateOptions aggregate, SeriesSpec of, @Nullable SeriesSpec per)
            implements Serializable {}

    private final Reading[] readings;
    private final SeriesSpec[] specs;

    /** What makes an item the one with the newest event. */
    private final SeriesSpec[] touching;

    private final boolean ofItems;
    private final long longestMs;
    private final int maxItems;

    /**
     * @param among all aggregates of the same owner: the events of any of them keep an item
     *     remembered
     * @param maxItems most items remembered for {@code same: item}; beyond it the one whose newest
     *     event is oldest is forgotten
     */
    AggregateRules(List<AggregateOptions> aggregates, List<AggregateOptions> among, int maxItems) {
        this.readings =
                aggregates.stream()
                        .map(
                                a ->
                                        new Reading(
                                                a,
                                                SeriesSpec.of(a, a.of()),
                                                a.per() == null ? null : SeriesSpec.of(a, a.per())))
                        .toArray(Reading[]::new);
        this.specs = specs(aggregates);
        this.touching = touching(among);
        this.ofItems = aggregates.stream().anyMatch(a -> a.same() == Same.ITEM);
        this.longestMs = Arrays.stream(specs).mapToLong(SeriesSpec::overMs).max().orElse(0);
        this.maxItems = maxItems;
    }

    private static SeriesSpec[] specs(List<AggregateOptions> aggregates) {
        Map<Integer, SeriesSpec> each = new LinkedHashMap<>();
        for (AggregateOptions aggregate : aggregates) {
            SeriesSpec of = SeriesSpec.of(aggregate, aggregate.of());
            each.merge(of.id(), of, SeriesSpec::and);
            if (aggregate.per() != null) {
                SeriesSpec per = SeriesSpec.of(aggregate, aggregate.per());
                each.merge(per.id(), per, SeriesSpec::and);
            }
        }
        return each.values().toArray(new SeriesSpec[0]);
    }

    /** Series whose events keep an item remembered. */
    static SeriesSpec[] touching(List<AggregateOptions> aggregates) {
        return specs(aggregates.stream().filter(a -> a.same() == Same.ITEM).toList());
    }

    /** False where there is nothing to keep. */
    boolean keepsAny() {
        return specs.length > 0;
    }

    /** True where an event is counted in one of the series. */
    static boolean counts(SeriesSpec[] series, Events event, int scenario) {
        for (SeriesSpec spec : series) {
            if (spec.counts(event, scenario)) {
                return true;
            }
        }
        return false;
    }

    /** Takes an event; none that is older follows. */
    void add(
            Aggregates aggregates,
            long timeMs,
            Events event,
            long item,
            int scenario,
            long amountMinor) {
        if (specs.length == 0) {
            return;
        }
        settle(aggregates, timeMs);
        aggregates.freshMs = timeMs;
        aggregates.fresh.add(new Aggregates.Fresh(event, item, scenario, amountMinor));
    }

    /** Counts the events taken so far that are before a time: no value before it is asked for. */
    void settle(Aggregates aggregates, long beforeMs) {
        if (!aggregates.fresh.isEmpty() && aggregates.freshMs < beforeMs) {
            for (Aggregates.Fresh event : aggregates.fresh) {
                count(aggregates, aggregates.freshMs, event);
            }
            aggregates.fresh.clear();
        }
    }

    private void count(Aggregates aggregates, long timeMs, Aggregates.Fresh event) {
        Aggregates.Cell scenario = null;
        Aggregates.Cell item = null;
        if (ofItems
                && event.item() != LabelEvent.NO_ITEM
                && counts(touching, event.event(), event.scenario())) {
            item = touched(aggregates, event.item());
            item.newestMs = timeMs;
        }
        for (SeriesSpec spec : specs) {
            if (!spec.counts(event.event(), event.scenario())) {
                continue;
            }
            Aggregates.Cell cell =
                    switch (spec.same()) {
                        case ANY -> aggregates.all;
                        case SCENARIO -> {
                            if (scenario == null && event.scenario() != 0) {
                                scenario =
                                        aggregates.scenarios.computeIfAbsent(
                                                event.scenario(), s -> new Aggregates.Cell());
                            }
                            yield scenario;
                        }
                        case ITEM -> item;
                    };
            if (cell != null) {
                cell.newestMs = timeMs;
                if (cell.series.size() > specs.length) {
                    cell.series.removeIf(series -> !known(series.id)); // of a former configuration
                }
                spec.add(cell.series(spec.id(), spec.of().money()), timeMs, event.amountMinor());
            }
        }
    }

    private boolean known(int id) {
        for (SeriesSpec spec : specs) {
            if (spec.id() == id) {
                return true;
            }
        }
        return false;
    }

    /** The item's cell, as the one with the newest event. */
    private Aggregates.Cell touched(Aggregates aggregates, long item) {
        Aggregates.Cell cell = aggregates.items.remove(item);
        aggregates.items.put(item, cell == null ? new Aggregates.Cell() : cell);
        if (aggregates.items.size() > maxItems) {
            aggregates.items.remove(aggregates.items.keySet().iterator().next());
        }
        return aggregates.items.get(item);
    }

    /** The value of the aggregate at an index of the list, as of an impression. */
    double value(int index, Aggregates aggregates, long timeMs, long item, int scenario) {
        settle(aggregates, timeMs);
        Reading reading = readings[index];
        AggregateOptions aggregate = reading.aggregate;
        Aggregates.Cell cell =
                switch (aggregate.same()) {
                    case ANY -> aggregates.all;
                    case SCENARIO -> aggregates.scenarios.get(scenario);
                    case ITEM -> aggregates.items.get(item);
                };
        EventSeries of = cell == null ? null : cell.find(reading.of.id());
        long overMs = aggregate.over().toMillis();
        long left = reading.of.left(timeMs, overMs);
        long count = of == null ? 0 : of.count(left);
        return switch (aggregate.function()) {
            case COUNT -> count;
            case SUM -> amount(reading.of, of, left, count);
            case MEAN -> count == 0 ? 0 : amount(reading.of, of, left, count) / count;
            case RATE -> rate(reading, cell, left, count);
            case LAST -> amount(reading.of, of, left, count);
            case TIME_SINCE ->
                    (of == null || count == 0 ? overMs : timeMs - of.newestHop()) / HOUR_MS;
        };
    }

    private static double amount(
            SeriesSpec spec, @Nullable EventSeries series, long left, long count) {
        return series == null || !spec.of().money() ? count : series.sum(left) / MINOR_PER_MAJOR;
    }

    private static double rate(
            Reading reading, Aggregates.@Nullable Cell cell, long left, long count) {
        SeriesSpec spec = reading.per;
        if (spec == null) {
            throw new IllegalStateException("a rate has per");
        }
        EventSeries series = cell == null ? null : cell.find(spec.id());
        long per = series == null ? 0 : series.count(left);
        return rate(count, per, reading.aggregate.smoothing());
    }

    /** The rate of two counts, drawn towards its prior where there is one. */
    static double rate(long count, long per, @Nullable Smoothing smoothing) {
        if (smoothing != null) {
            return (count + smoothing.rate() * smoothing.weight()) / (per + smoothing.weight());
        }
        return per == 0 ? 0 : (double) count / per;
    }

    /** Drops what no impression after a time can see. */
    void prune(Aggregates aggregates, long afterMs) {
        settle(aggregates, Long.MAX_VALUE);
        aggregates.prune(afterMs == Long.MAX_VALUE ? afterMs : afterMs - longestMs);
    }

    /** When nothing of it can be seen any more. */
    long deathMs(Aggregates aggregates) {
        return aggregates.newestMs() + longestMs + 1;
    }
}
