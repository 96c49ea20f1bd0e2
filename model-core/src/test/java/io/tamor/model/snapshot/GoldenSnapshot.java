package io.tamor.model.snapshot;

import io.tamor.model.config.AblationSpec;
import io.tamor.model.config.AdagradSpec;
import io.tamor.model.config.AdamSpec;
import io.tamor.model.config.AmountLoss;
import io.tamor.model.config.DenseSpec;
import io.tamor.model.config.Encoding;
import io.tamor.model.config.FieldSpec;
import io.tamor.model.config.InputSpec;
import io.tamor.model.config.ModelSpec;
import io.tamor.model.config.NetworkSpec;
import io.tamor.model.config.OptimizerSpec;
import io.tamor.model.config.PleSpec;
import io.tamor.model.config.Side;
import io.tamor.model.config.Target;
import io.tamor.model.config.TaskKind;
import io.tamor.model.config.TaskSpec;
import io.tamor.model.network.MiniBatch;
import io.tamor.model.training.Trainer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * Writes the checked-in snapshots of the current format version, a full one and a delta on it, and
 * the delta's scores. Run once when a format version is made; what is checked in is never written
 * again.
 */
final class GoldenSnapshot {
    /** What its model is said to have started from. */
    static final Origin ORIGIN = new Origin(42, Sha256.hex("a snapshot trained elsewhere"));

    private static final int ROWS = 8;

    private GoldenSnapshot() {}

    /**
     * Writes the files.
     *
     * @param args the folder, src/test/resources/snapshot
     */
    public static void main(String[] args) throws IOException {
        Trainer trainer = new Trainer(spec(), ROWS);
        for (int step = 0; step < 3; step++) {
            trainer.step(batch(step));
        }
        Path folder = Path.of(args[0]).resolve("v3");
        String full =
                new SnapshotFolder(new LocalSnapshotStore(folder.resolve("v00000012")))
                        .write(
                                TestingSnapshots.content(
                                                trainer,
                                                lineage(12, new Parent(11, Sha256.hex("a parent"))))
                                        .judged(TestingSnapshots.report()));
        trainer.touchedRows().clear();
        trainer.step(batch(3, 2));
        new SnapshotFolder(new LocalSnapshotStore(folder.resolve("v00000013")))
                .writeDelta(
                        TestingSnapshots.content(trainer, lineage(13, new Parent(12, full))),
                        trainer.touchedRows().byTable());
        MiniBatch batch = batch(9);
        trainer.score(batch);
        StringBuilder scores = new StringBuilder();
        for (int row = 0; row < ROWS; row++) {
            for (int task = 0; task < spec().tasks().size(); task++) {
                scores.append(String.format(Locale.ROOT, "%.9g ", trainer.prediction(row, task)));
            }
            scores.append('\n');
        }
        Files.writeString(folder.resolve("v00000013-scores.txt"), scores);
    }

    private static Lineage lineage(long version, Parent parent) {
        return new Lineage(version, parent, ORIGIN, "testing");
    }

    /** The golden model, as this build describes it. */
    static ModelSpec spec() {
        return new ModelSpec(
                new NetworkSpec(
                        NetworkSpec.TAMOR,
                        Encoding.ONE_HOT,
                        new PleSpec(1, 1, 1, List.of(5, 4)),
                        null,
                        List.of(4),
                        List.of(6),
                        List.of(),
                        null,
                        null,
                        AmountLoss.SQUARED_LOG1P,
                        AblationSpec.NONE),
                new InputSpec(
                        List.of(
                                new FieldSpec("age", Side.USER, 4, 2, false),
                                new FieldSpec("card", Side.ITEM, 5, 2, false)),
                        List.of(
                                new DenseSpec("balance", Side.USER),
                                new DenseSpec("price", Side.ITEM)),
                        List.of("none", "high"),
                        List.of("fund", "stock"),
                        true),
                List.of(
                        new TaskSpec("click", TaskKind.COMMON, Target.BINARY, 1),
                        new TaskSpec("total", TaskKind.USER_BIAS, Target.BINARY, 1),
                        new TaskSpec("amount", TaskKind.USER_SPECIFIC, Target.AMOUNT, 0.5)),
                new OptimizerSpec(AdamSpec.DEFAULT, AdagradSpec.DEFAULT),
                7);
    }

    /** A batch without randomness. */
    static MiniBatch batch(int salt) {
        return batch(salt, ROWS);
    }

    private static MiniBatch batch(int salt, int rows) {
        MiniBatch batch = new MiniBatch(spec(), ROWS);
        for (int i = 0; i < rows; i++) {
            int row = batch.addRow();
            batch.category(row, 0, (i + salt) % 4);
            batch.category(row, 1, (i * 3 + salt) % 5);
            batch.dense(row, 0, i * 1.5f + salt);
            batch.dense(row, 1, 10f - i);
            batch.tier(row, i % 2);
            batch.scenario(row, i / 2 % 2);
            batch.label(row, 0, (i + salt) % 3 == 0 ? 1 : 0, 1);
            batch.label(row, 1, i % 2, 1);
            batch.label(row, 2, i % 4 == 0 ? 100 : 0, 1);
        }
        return batch;
    }
}
