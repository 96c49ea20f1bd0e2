package io.tamor.model.snapshot;

import io.tamor.model.config.ModelSpec;
import io.tamor.model.gate.GateReport;
import io.tamor.model.metric.MetricRow;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What is to be written as a snapshot.
 *
 * @param featureSchema fingerprint of the samples' features, as samples carry it
 * @param parameters every parameter by name, as the trainer gives them
 * @param metrics test-then-train figures so far
 * @param gate what the gate said; null where none was asked
 */
public record SnapshotContent(
        Lineage lineage,
        ModelSpec model,
        String featureSchema,
        SortedMap<String, INDArray> parameters,
        Progress progress,
        List<MetricRow> metrics,
        @Nullable GateReport gate) {
    public SnapshotContent {
        parameters = Collections.unmodifiableSortedMap(new TreeMap<>(parameters));
        metrics = List.copyOf(metrics);
    }

    /** The same from a map of any kind, without a gate. */
    public static SnapshotContent of(
            Lineage lineage,
            ModelSpec model,
            String featureSchema,
            Map<String, INDArray> parameters,
            Progress progress,
            List<MetricRow> metrics) {
        return new SnapshotContent(
                lineage, model, featureSchema, new TreeMap<>(parameters), progress, metrics, null);
    }

    /** The same of other parameters. */
    public SnapshotContent with(Map<String, INDArray> others) {
        return new SnapshotContent(
                lineage, model, featureSchema, new TreeMap<>(others), progress, metrics, gate);
    }

    /** The same with what the gate said. */
    public SnapshotContent judged(@Nullable GateReport report) {
        return new SnapshotContent(
                lineage, model, featureSchema, parameters, progress, metrics, report);
    }
}
