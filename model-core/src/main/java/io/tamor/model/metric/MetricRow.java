package io.tamor.model.metric;

import io.tamor.model.config.InputSpec;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The figures of one task in one slice.
 *
 * @param tier a tier's name, or {@link #ALL}
 * @param scenario a scenario's name, or {@link #ALL}
 * @param count labels
 * @param positives labels above 0
 * @param values by name, such as {@code auc}; what is not defined is left out
 */
public record MetricRow(
        String task,
        String tier,
        String scenario,
        long count,
        long positives,
        SortedMap<String, Double> values) {
    /** Stands for every tier or scenario together. */
    public static final String ALL = InputSpec.ALL;

    public MetricRow {
        values = Collections.unmodifiableSortedMap(new TreeMap<>(values));
    }
}
