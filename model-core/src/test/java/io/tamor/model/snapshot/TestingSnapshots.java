package io.tamor.model.snapshot;

import io.tamor.model.TestingModels;
import io.tamor.model.config.ModelSpec;
import io.tamor.model.gate.GateReport;
import io.tamor.model.gate.SliceReport;
import io.tamor.model.metric.MetricTable;
import io.tamor.model.training.Trainer;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Snapshots of small trained models. */
public final class TestingSnapshots {
    private TestingSnapshots() {}

    /** A gate that passed a candidate. */
    static GateReport report() {
        return new GateReport(
                true,
                11L,
                List.of(),
                List.of(
                        new SliceReport(
                                "click",
                                "all",
                                500,
                                120,
                                new TreeMap<>(Map.of("auc", 0.75)),
                                new TreeMap<>(Map.of("auc", 0.5)))));
    }

    /** A version of a trained model. */
    public static SnapshotContent content(Trainer trainer, long version, @Nullable Parent parent) {
        return content(trainer, new Lineage(version, parent, null, "testing"));
    }

    /** The same with all that it comes from. */
    static SnapshotContent content(Trainer trainer, Lineage lineage) {
        ModelSpec spec = trainer.spec();
        MetricTable metrics = new MetricTable(spec);
        metrics.add(0, 0, 1, 0.75, 1, 1);
        metrics.add(0, 0, 1, 0.25, 0, 1);
        metrics.add(2, 1, 0, 20, 10, 1);
        return SnapshotContent.of(
                lineage,
                spec,
                "00c0ffee00c0ffee",
                trainer.snapshotParameters(),
                Progress.of(
                        trainer.steps(),
                        trainer.steps() * TestingModels.ROWS,
                        Map.of("click", 320L, "amount", 17L),
                        Map.of("samples-0", 320L, "samples-1", 0L),
                        1_700_000_000_000L),
                metrics.rows());
    }
}
