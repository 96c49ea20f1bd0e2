package io.tamor.jobs.timeline;

import io.tamor.jobs.config.AggregateOptions.Events;
import io.tamor.jobs.timeline.logic.EventKind;
import io.tamor.jobs.timeline.logic.EventWire;
import io.tamor.jobs.timeline.logic.PopulationEvent;
import io.tamor.jobs.timeline.logic.PopulationRules;
import io.tamor.jobs.timeline.logic.RawEvent;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichFlatMapFunction;
import org.apache.flink.util.Collector;
import org.jspecify.annotations.Nullable;

/**
 * Reads of an event what a population stage counts. Every impression goes on, refused ones too;
 * outcomes that are refused, or name no item or scenario, only concern the user's timeline.
 */
final class PopulationEvents extends RichFlatMapFunction<RawEvent, PopulationEvent> {
    private final PopulationRules rules;
    private transient @Nullable EventWire wire;

    PopulationEvents(PopulationRules rules) {
        this.rules = rules;
    }

    @Override
    public void open(OpenContext context) {
        wire = new EventWire();
    }

    @Override
    public void flatMap(RawEvent event, Collector<PopulationEvent> out) {
        EventWire opened = wire;
        if (opened == null) {
            throw new IllegalStateException("open comes before the first record");
        }
        PopulationEvent counted =
                event.cause() == null ? rules.event(opened.decodeAgain(event)) : null;
        if (counted != null) {
            out.collect(counted);
        } else if (event.kind() == EventKind.IMPRESSION) {
            out.collect(
                    new PopulationEvent("", Events.IMPRESSIONS, event.timeMs(), "", 0, 0, event));
        }
    }
}
