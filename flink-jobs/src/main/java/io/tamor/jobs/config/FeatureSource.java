package io.tamor.jobs.config;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.io.Serializable;
import java.util.Locale;

/**
 * Where a feature's value is read: {@code attribute.NAME} and {@code measure.NAME} of the
 * impression, its {@code item}, {@code scenario}, {@code hour-of-day} or {@code day-of-week} (UTC),
 * the user's {@code tier}, {@code position} (major units) or {@code time-in-tier} (days).
 */
public record FeatureSource(Kind kind, String name) implements Serializable {

    /** What is read. */
    public enum Kind {
        ATTRIBUTE,
        MEASURE,
        ITEM,
        SCENARIO,
        HOUR_OF_DAY,
        DAY_OF_WEEK,
        TIER,
        POSITION,
        TIME_IN_TIER
    }

    /** Reads the configuration's form. */
    @JsonCreator
    public static FeatureSource parse(String text) {
        int dot = text.indexOf('.');
        String kind = dot < 0 ? text : text.substring(0, dot);
        String name = dot < 0 ? "" : text.substring(dot + 1);
        return new FeatureSource(
                Kind.valueOf(kind.replace('-', '_').toUpperCase(Locale.ROOT)), name);
    }

    @JsonValue
    @Override
    public String toString() {
        String text = kind.name().toLowerCase(Locale.ROOT).replace('_', '-');
        return name.isEmpty() ? text : text + "." + name;
    }

    /** True where the value is a number; a number may still be used as a category. */
    public boolean numeric() {
        return switch (kind) {
            case MEASURE, POSITION, TIME_IN_TIER, HOUR_OF_DAY, DAY_OF_WEEK -> true;
            case ATTRIBUTE, ITEM, SCENARIO, TIER -> false;
        };
    }

    /** True where the value depends on the item or the context, so must stay off the user side. */
    public boolean itemOrContext() {
        return switch (kind) {
            case ITEM, SCENARIO -> true;
            case ATTRIBUTE, MEASURE, HOUR_OF_DAY, DAY_OF_WEEK, TIER, POSITION, TIME_IN_TIER ->
                    false;
        };
    }
}
