package io.tamor.jobs.timeline.logic;

import io.tamor.jobs.config.AggregateOptions.Events;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * What is counted of an event over all users of an item or scenario, and the impression itself.
 *
 * @param group the item or scenario; empty of an impression that was refused, and in state, where
 *     the key is known
 * @param scenario hash of the scenario the event names, 0 for none
 * @param impression of an impression, null otherwise
 */
public record PopulationEvent(
        String group,
        Events events,
        long timeMs,
        String id,
        int scenario,
        long amountMinor,
        @Nullable RawEvent impression) {

    /** Event order; copies of one event are neighbours, and the same one of them is the first. */
    static final Comparator<PopulationEvent> ORDER =
            Comparator.comparingLong(PopulationEvent::timeMs)
                    .thenComparing(PopulationEvent::events)
                    .thenComparing(PopulationEvent::id)
                    .thenComparingInt(PopulationEvent::scenario)
                    .thenComparingLong(PopulationEvent::amountMinor);

    /** The same event without its group, as kept under the group's key. */
    public PopulationEvent underKey() {
        return new PopulationEvent("", events, timeMs, id, scenario, amountMinor, impression);
    }

    boolean sameAs(PopulationEvent other) {
        return timeMs == other.timeMs && events == other.events && id.equals(other.id);
    }
}
