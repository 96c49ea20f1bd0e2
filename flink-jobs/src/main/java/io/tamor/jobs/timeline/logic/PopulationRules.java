package io.tamor.jobs.timeline.logic;

import io.tamor.jobs.config.AggregateOptions;
import io.tamor.jobs.config.AggregateOptions.Events;
import io.tamor.jobs.config.AggregateOptions.Same;
import io.tamor.jobs.config.AggregateOptions.Users;
import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.config.FeatureOptions;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Tells impressions what happened to their item (or in their scenario) over all users before them:
 * events as logged, copies of one event (kind, id, time) once, whatever the users' timelines make
 * of them.
 */
public final class PopulationRules implements Serializable {
    private final Same level;
    private final long featureSchema;

    /** What the aggregates over all users are of nothing, those of the other level too. */
    private final double[] ofNothing;

    /** Where the value of each of the level's aggregates goes. */
    private final int[] places;

    private final AggregateRules aggregates;
    private final Set<Events> counted = EnumSet.noneOf(Events.class);

    public PopulationRules(Deployment deployment, Same level) {
        this.level = level;
        this.featureSchema = deployment.sampleSchema().fingerprint();
        List<AggregateOptions> ofLevel = new ArrayList<>();
        List<Integer> found = new ArrayList<>();
        List<AggregateOptions> all = new ArrayList<>();
        for (FeatureOptions feature : deployment.sampleSchema().dense()) {
            AggregateOptions aggregate = feature.aggregate();
            if (aggregate == null || aggregate.users() == Users.OWN) {
                continue;
            }
            if (aggregate.same() == level) {
                ofLevel.add(aggregate);
                found.add(all.size());
                counted.add(aggregate.of());
                if (aggregate.per() != null) {
                    counted.add(aggregate.per());
                }
            }
            all.add(aggregate);
        }
        AggregateRules both = new AggregateRules(all, all, 1);
        this.ofNothing = new double[all.size()];
        for (int i = 0; i < ofNothing.length; i++) {
            ofNothing[i] = both.value(i, new Aggregates(), 0, 0, 0);
        }
        this.places = found.stream().mapToInt(Integer::intValue).toArray();
        // The state of a group holds the group alone.
        this.aggregates = new AggregateRules(ofLevel, ofLevel, 1);
    }

    /** False where no feature asks, so that the stage is not needed. */
    public boolean needed() {
        return places.length > 0;
    }

    /** True where events of the kind are counted. */
    public boolean counts(EventKind kind) {
        return switch (kind) {
            case IMPRESSION -> counted.contains(Events.IMPRESSIONS);
            case CLICK -> counted.contains(Events.CLICKS);
            case CONVERSION -> counted.contains(Events.CONVERSIONS);
            case INVESTMENT ->
                    counted.contains(Events.INVESTMENTS) || counted.contains(Events.REDEMPTIONS);
        };
    }

    /** What the stage takes of an event; null where it names no item or scenario. */
    public @Nullable PopulationEvent event(Event event) {
        String group = level == Same.ITEM ? event.itemId() : event.scenario();
        if (group == null || group.isEmpty()) {
            return null;
        }
        Events events =
                switch (event.kind()) {
                    case IMPRESSION -> Events.IMPRESSIONS;
                    case CLICK -> Events.CLICKS;
                    case CONVERSION -> Events.CONVERSIONS;
                    case INVESTMENT -> event.redemption() ? Events.REDEMPTIONS : Events.INVESTMENTS;
                };
        return new PopulationEvent(
                group,
                events,
                event.timeMs(),
                event.id(),
                IdHash.ofName(event.scenario()),
                event.amountMinor(),
                event.kind() == EventKind.IMPRESSION ? event.raw() : null);
    }

    /**
     * Applies a group's events of one stretch of time, which is after all that were applied before.
     *
     * @param told takes each impression with what was before it
     */
    public void apply(
            String group,
            PopulationState state,
            List<PopulationEvent> events,
            Consumer<RawEvent> told) {
        long item = level == Same.ITEM ? IdHash.of(group) : 0;
        List<PopulationEvent> ordered = new ArrayList<>(events);
        ordered.sort(PopulationEvent.ORDER);
        PopulationEvent previous = null;
        for (PopulationEvent event : ordered) {
            RawEvent impression = event.impression();
            if (impression != null) {
                int scenario = level == Same.SCENARIO ? IdHash.ofName(group) : 0;
                told.accept(tell(impression, state.aggregates, event.timeMs(), item, scenario));
            }
            if (previous == null || !event.sameAs(previous)) {
                aggregates.add(
                        state.aggregates,
                        event.timeMs(),
                        event.events(),
                        item,
                        event.scenario(),
                        event.amountMinor());
            }
            previous = event;
        }
        aggregates.settle(state.aggregates, Long.MAX_VALUE);
    }

    /**
     * An impression that waited in state while the features changed, told by the stage before under
     * the former ones, stays as it is: the user's timeline then takes it as told nothing.
     */
    private RawEvent tell(
            RawEvent impression, Aggregates of, long timeMs, long item, int scenario) {
        Population before = impression.population();
        if (before != null && before.featureSchema() != featureSchema) {
            return impression;
        }
        double[] values = (before == null ? ofNothing : before.values()).clone();
        for (int i = 0; i < places.length; i++) {
            values[places[i]] = aggregates.value(i, of, timeMs, item, scenario);
        }
        return impression.told(new Population(featureSchema, values));
    }

    /** Forgets what no impression after a time can be told; true where nothing is left. */
    public boolean prune(PopulationState state, long afterMs) {
        aggregates.prune(state.aggregates, afterMs);
        return state.aggregates.isEmpty();
    }

    /** When nothing of the state can be told any more. */
    public long deathMs(PopulationState state) {
        return aggregates.deathMs(state.aggregates);
    }
}
