package io.tamor.jobs.snapshot;

import io.tamor.model.config.AblationSpec;
import io.tamor.model.config.AdagradSpec;
import io.tamor.model.config.AdamSpec;
import io.tamor.model.config.AmountLoss;
import io.tamor.model.config.Encoding;
import io.tamor.model.config.FieldSpec;
import io.tamor.model.config.InputSpec;
import io.tamor.model.config.ModelSpec;
import io.tamor.model.config.NetworkSpec;
import io.tamor.model.config.OptimizerSpec;
import io.tamor.model.config.Side;
import io.tamor.model.config.Target;
import io.tamor.model.config.TaskKind;
import io.tamor.model.config.TaskSpec;
import io.tamor.model.snapshot.Lineage;
import io.tamor.model.snapshot.MemorySnapshotStore;
import io.tamor.model.snapshot.Parent;
import io.tamor.model.snapshot.Progress;
import io.tamor.model.snapshot.SnapshotContent;
import io.tamor.model.snapshot.SnapshotFolder;
import io.tamor.model.training.Trainer;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Candidates of a tiny model, whole; told apart by their software version. */
public final class TestingCandidates {
    private static final ModelSpec SPEC =
            new ModelSpec(
                    new NetworkSpec(
                            NetworkSpec.SHARED_BOTTOM,
                            Encoding.ONE_HOT,
                            null,
                            null,
                            List.of(),
                            List.of(2),
                            List.of(2),
                            null,
                            null,
                            AmountLoss.SQUARED_LOG1P,
                            AblationSpec.NONE),
                    new InputSpec(
                            List.of(
                                    new FieldSpec("age", Side.USER, 4, 2, false),
                                    new FieldSpec("card", Side.ITEM, 4, 2, false)),
                            List.of(),
                            List.of("none"),
                            List.of("home"),
                            false),
                    List.of(new TaskSpec("click", TaskKind.COMMON, Target.BINARY, 1)),
                    new OptimizerSpec(AdamSpec.DEFAULT, AdagradSpec.DEFAULT),
                    1);

    private TestingCandidates() {}

    /** A full version; with a parent a delta on it, of which no row changed. */
    public static SnapshotCandidate of(long version, @Nullable Parent parent, String content)
            throws IOException {
        MemorySnapshotStore store = new MemorySnapshotStore("candidate");
        Trainer trainer = new Trainer(SPEC, 1);
        SnapshotContent whole =
                SnapshotContent.of(
                        new Lineage(version, parent, null, content),
                        SPEC,
                        "00c0ffee00c0ffee",
                        trainer.snapshotParameters(),
                        Progress.of(0, 0, Map.of(), Map.of(), 1_000 * version),
                        List.of());
        SnapshotFolder folder = new SnapshotFolder(store);
        SnapshotCandidate candidate = new SnapshotCandidate();
        candidate.manifestSha256 =
                parent == null
                        ? folder.write(whole)
                        : folder.writeDelta(whole, trainer.touchedRows().byTable());
        candidate.model = "test";
        candidate.version = version;
        candidate.parentVersion = version - 1;
        candidate.eventTimeMs = 1_000 * version;
        candidate.softwareVersion = "1";
        candidate.names =
                new String[] {
                    parent == null ? "model.safetensors" : "delta.safetensors", "manifest.json"
                };
        candidate.contents = new byte[candidate.names.length][];
        for (int i = 0; i < candidate.names.length; i++) {
            candidate.contents[i] = store.files().get(candidate.names[i]);
        }
        return candidate;
    }
}
