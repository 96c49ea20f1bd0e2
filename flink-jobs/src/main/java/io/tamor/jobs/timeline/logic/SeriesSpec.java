package io.tamor.jobs.timeline.logic;

import io.tamor.jobs.config.AggregateOptions;
import io.tamor.jobs.config.AggregateOptions.Events;
import io.tamor.jobs.config.AggregateOptions.Same;
import io.tamor.model.embedding.FeatureHash;
import java.io.Serializable;

/**
 * Which events a series counts, and how. Aggregates that differ in function or window alone share a
 * series.
 *
 * @param id stands for the series in stored state, so that state outlives a change of other
 *     features. It does not depend on the window: a longer one goes on with what is there
 * @param scenario counts this one only (its hash); 0 counts all
 * @param hopMs length of a hop
 * @param last keeps only the last event, by its own time
 * @param overMs longest window that reads it
 */
record SeriesSpec(int id, Events of, Same same, int scenario, long hopMs, boolean last, long overMs)
        implements Serializable {

    /** The series of an aggregate's events; they are its {@code of} or its {@code per}. */
    static SeriesSpec of(AggregateOptions aggregate, Events events) {
        long hopMs = aggregate.hop().toMillis();
        boolean last = aggregate.function().exact();
        String text =
                events
                        + " "
                        + aggregate.same()
                        + " "
                        + aggregate.scenario()
                        + " "
                        + hopMs
                        + " "
                        + last;
        return new SeriesSpec(
                (int) FeatureHash.hash(text),
                events,
                aggregate.same(),
                IdHash.ofName(aggregate.scenario()),
                hopMs,
                last,
                aggregate.over().toMillis());
    }

    /** The same series for both windows. */
    SeriesSpec and(SeriesSpec other) {
        SeriesSpec longer = overMs >= other.overMs ? this : other;
        SeriesSpec shorter = overMs >= other.overMs ? other : this;
        if (!longer.equals(
                new SeriesSpec(
                        shorter.id,
                        shorter.of,
                        shorter.same,
                        shorter.scenario,
                        shorter.hopMs,
                        shorter.last,
                        longer.overMs))) {
            throw new IllegalStateException(
                    "two series have one stored id: " + this + " and " + other + "; change a hop");
        }
        return longer;
    }

    boolean counts(Events event, int eventScenario) {
        return event == of && (scenario == 0 || scenario == eventScenario);
    }

    /** The newest hop that a window before a time has left behind. */
    long left(long timeMs, long windowMs) {
        return Math.floorDiv(timeMs - windowMs, hopMs);
    }

    /** Adds an event, and drops what no window can reach any more. */
    void add(EventSeries series, long timeMs, long amountMinor) {
        if (last) {
            series.clear();
        } else {
            series.prune(left(timeMs, overMs));
        }
        series.add(Math.floorDiv(timeMs, hopMs), amountMinor);
    }
}
