package io.tamor.model.gate;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The figures of one task and tier that the gate went by.
 *
 * @param tier a tier's name, or {@code all}
 * @param labels labels that both models had scored before either was trained on them
 * @param positives labels above 0
 * @param candidate the candidate's figures, by name
 * @param live the live version's on the same labels; empty where there was none
 */
public record SliceReport(
        String task,
        String tier,
        long labels,
        long positives,
        SortedMap<String, Double> candidate,
        SortedMap<String, Double> live) {
    public SliceReport {
        candidate = Collections.unmodifiableSortedMap(new TreeMap<>(candidate));
        live = Collections.unmodifiableSortedMap(new TreeMap<>(live));
    }
}
