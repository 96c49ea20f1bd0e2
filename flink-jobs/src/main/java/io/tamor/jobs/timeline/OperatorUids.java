package io.tamor.jobs.timeline;

import io.tamor.jobs.config.AggregateOptions.Same;
import io.tamor.jobs.timeline.logic.EventKind;

/** Uids and names of the timeline's operators. State is found by them: they never change. */
final class OperatorUids {
    static final String USER_TIMELINE = "timeline.user-timeline";
    static final String SAMPLES = "timeline.samples-sink";
    static final String CORRECTIONS = "timeline.corrections-sink";
    static final String REJECTED = "timeline.rejected-sink";

    private OperatorUids() {}

    /** The stage that tells impressions of all users' events of their item or scenario. */
    static String population(Same level) {
        return switch (level) {
            case ITEM -> "timeline.item-population";
            case SCENARIO -> "timeline.scenario-population";
            case ANY ->
                    throw new IllegalArgumentException("a population is of an item or scenario");
        };
    }

    static String populationEvents(Same level, EventKind kind) {
        return population(level) + "-" + kind.stream();
    }

    static String fileSource(EventKind kind) {
        return switch (kind) {
            case IMPRESSION -> "timeline.impressions-files";
            case CLICK -> "timeline.clicks-files";
            case CONVERSION -> "timeline.conversions-files";
            case INVESTMENT -> "timeline.investments-files";
        };
    }

    static String source(EventKind kind) {
        return switch (kind) {
            case IMPRESSION -> "timeline.impressions-source";
            case CLICK -> "timeline.clicks-source";
            case CONVERSION -> "timeline.conversions-source";
            case INVESTMENT -> "timeline.investments-source";
        };
    }
}
