package io.tamor.jobs.timeline;

import io.tamor.jobs.config.AggregateOptions.Same;
import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.timeline.logic.EventKind;
import io.tamor.jobs.timeline.logic.PopulationEvent;
import io.tamor.jobs.timeline.logic.PopulationRules;
import io.tamor.jobs.timeline.logic.RawEvent;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.functions.KeySelector;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.MultipleConnectedStreams;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.transformations.KeyedMultipleInputTransformation;

/**
 * Puts the impressions through a stage by item, then one by scenario, where features count all
 * users' events of either; wires nothing where none does.
 */
final class PopulationStage {
    /** The stages there can be, in order. */
    static final List<Same> LEVELS = List.of(Same.ITEM, Same.SCENARIO);

    private PopulationStage() {}

    /** The streams with impressions that were told what was before them. */
    static List<DataStream<RawEvent>> told(
            List<? extends DataStream<RawEvent>> events, Deployment deployment) {
        List<DataStream<RawEvent>> told = new ArrayList<>(events);
        boolean first = true;
        for (Same level : LEVELS) {
            PopulationRules rules = new PopulationRules(deployment, level);
            if (rules.needed()) {
                PopulationOperatorFactory factory =
                        new PopulationOperatorFactory(deployment, rules, !first);
                told.set(EventKind.IMPRESSION.code(), told(told, level, rules, factory));
                first = false;
            }
        }
        return told;
    }

    /** True where impressions pass a stage before they come to their users. */
    static boolean isNeeded(Deployment deployment) {
        return LEVELS.stream().anyMatch(level -> new PopulationRules(deployment, level).needed());
    }

    /** The streams into a stage: impressions, and what it counts. */
    static List<EventKind> kinds(PopulationRules rules) {
        List<EventKind> kinds = new ArrayList<>();
        for (EventKind kind : EventKind.values()) {
            if (kind == EventKind.IMPRESSION || rules.counts(kind)) {
                kinds.add(kind);
            }
        }
        return kinds;
    }

    private static DataStream<RawEvent> told(
            List<DataStream<RawEvent>> events,
            Same level,
            PopulationRules rules,
            PopulationOperatorFactory factory) {
        StreamExecutionEnvironment environment = events.get(0).getExecutionEnvironment();
        List<EventKind> kinds = kinds(rules);
        KeyedMultipleInputTransformation<RawEvent> stage =
                new KeyedMultipleInputTransformation<>(
                        OperatorUids.population(level),
                        factory,
                        RawEventSerializer.TYPE,
                        environment.getParallelism(),
                        Types.STRING);
        for (EventKind kind : kinds) {
            stage.addInput(
                    events.get(kind.code())
                            .flatMap(new PopulationEvents(rules))
                            .returns(PopulationEventSerializer.TYPE)
                            .uid(OperatorUids.populationEvents(level, kind))
                            .name(OperatorUids.populationEvents(level, kind))
                            .keyBy(PopulationEvent::group, Types.STRING)
                            .getTransformation(),
                    (KeySelector<PopulationEvent, String>) PopulationEvent::group);
        }
        environment.addOperator(stage);
        return new MultipleConnectedStreams(environment)
                .transform(stage)
                .uid(OperatorUids.population(level))
                .name(OperatorUids.population(level));
    }
}
