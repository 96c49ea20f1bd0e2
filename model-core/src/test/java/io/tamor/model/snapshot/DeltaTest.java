package io.tamor.model.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tamor.model.TestingModels;
import io.tamor.model.config.ModelSpec;
import io.tamor.model.config.NetworkSpec;
import io.tamor.model.training.Trainer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Versions that hold only what changed since their parents. */
class DeltaTest {
    private static final ModelSpec SPEC = TestingModels.spec(NetworkSpec.TAMOR);

    @TempDir Path folder;

    @Test
    void aChainOfDeltasIsReadAsTheModelItselfBitForBit() throws IOException {
        Trainer trainer = new Trainer(SPEC, TestingModels.ROWS);
        Parent parent = publish(trainer, 1, null, false);
        for (int version = 2; version <= 4; version++) {
            trainer.step(TestingModels.batch(SPEC, version));
            parent = publish(trainer, version, parent, true);
        }
        SnapshotFolder last = folder(4);
        assertThat(last.verify()).isEmpty();
        assertThat(SnapshotChain.needed(last)).containsExactly(1L, 2L, 3L, 4L);
        assertThat(SnapshotChain.verify(List.of(folder(1), folder(2), folder(3), last))).isEmpty();
        assertThat(last.load(parent.manifestSha256()).parameters())
                .isEqualTo(new TreeMap<>(trainer.snapshotParameters()));
    }

    @Test
    void theTouchedRowsAreExactlyThoseThatDiffer() throws IOException {
        Trainer trainer = TestingModels.trained(SPEC, 2);
        Map<String, INDArray> before = trainer.snapshotParameters();
        trainer.touchedRows().clear();
        trainer.step(TestingModels.batch(SPEC, 5));
        trainer.step(TestingModels.batch(SPEC, 6));
        Map<String, INDArray> after = trainer.snapshotParameters();
        trainer.touchedRows()
                .byTable()
                .forEach(
                        (name, rows) -> assertThat(differing(before, after, name)).isEqualTo(rows));
        assertThat(trainer.touchedRows().byTable()).containsKey("embedding/age");
        assertThat(trainer.touchedRows().count()).isPositive();
    }

    private static BitSet differing(
            Map<String, INDArray> before, Map<String, INDArray> after, String name) {
        BitSet rows = new BitSet();
        for (int row = 0; row < before.get(name).size(0); row++) {
            if (!before.get(name).getRow(row).equalsWithEps(after.get(name).getRow(row), 0)) {
                rows.set(row);
            }
        }
        return rows;
    }

    @Test
    void aStepThatIsDroppedTouchesNothing() {
        Trainer trainer = TestingModels.trained(SPEC, 1);
        trainer.touchedRows().clear();
        var batch = TestingModels.batch(SPEC, 5);
        batch.dense(0, 0, Float.NaN);
        assertThat(trainer.step(batch).applied()).isFalse();
        assertThat(trainer.touchedRows().count()).isZero();
    }

    @Test
    void aCopiedTrainerIsTheOtherOneBitForBit() {
        Trainer trainer = TestingModels.trained(SPEC, 3);
        Trainer copy = TestingModels.trained(SPEC, 7);
        copy.copyFrom(trainer);
        assertThat(copy.steps()).isEqualTo(3);
        for (int seed = 50; seed < 53; seed++) {
            trainer.step(TestingModels.batch(SPEC, seed));
            copy.step(TestingModels.batch(SPEC, seed));
        }
        assertThat(copy.snapshotParameters()).isEqualTo(trainer.snapshotParameters());
    }

    @Test
    void aChainThatIsNotWholeIsRefused() throws IOException {
        Trainer trainer = TestingModels.trained(SPEC, 1);
        Parent one = publish(trainer, 1, null, false);
        trainer.step(TestingModels.batch(SPEC, 9));
        Parent two = publish(trainer, 2, one, true);
        trainer.step(TestingModels.batch(SPEC, 10));
        publish(trainer, 3, two, true);

        Path manifest = folder.resolve("v00000002/manifest.json");
        String text = Files.readString(manifest);
        Files.writeString(manifest, text.replace("testing", "forged!"));
        assertThatThrownBy(() -> folder(3).load())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("snapshot 3 is a delta on Parent[version=2")
                .hasMessageContaining("has hash");
        assertThat(folder(3).verify()).singleElement().asString().contains("snapshot 3 is a delta");
        Files.delete(manifest);
        assertThatThrownBy(() -> folder(3).load())
                .hasMessageContaining("fetch the whole chain down to a full version");
        Files.writeString(manifest, text);
        assertThat(folder(3).verify()).isEmpty();

        Path parameters = folder.resolve("v00000001/model.safetensors");
        byte[] bytes = Files.readAllBytes(parameters);
        bytes[bytes.length - 1] ^= 1;
        Files.write(parameters, bytes);
        assertThatThrownBy(() -> folder(3).load())
                .hasMessageContaining("v00000001/model.safetensors has hash");
    }

    @Test
    void aDeltaThatDoesNotFitIsRefusedBeforeAnythingChanges() throws IOException {
        Trainer trainer = TestingModels.trained(SPEC, 1);
        ParameterShapes shapes = ParameterShapes.of(SPEC);
        TreeMap<String, INDArray> parameters = new TreeMap<>(trainer.snapshotParameters());
        TreeMap<String, INDArray> delta = new TreeMap<>(parameters);
        shapes.tables().forEach(delta::remove);
        delta.remove("bias/layer0/weight");
        delta.put("embedding/age", Nd4j.zeros(2, 4));
        delta.put("embedding/age#rows", Nd4j.createFromArray(3, 12));
        delta.put("embedding/city", Nd4j.zeros(1, 3));
        delta.put("unknown", Nd4j.zeros(1));
        TreeMap<String, INDArray> before = new TreeMap<>(parameters);
        assertThatThrownBy(() -> Delta.apply(delta, parameters, shapes))
                .hasMessageContaining("table embedding/age: row 12 after row 3 of 12")
                .hasMessageContaining("embedding/city needs rows")
                .hasMessageContaining("[unknown] are not of this model")
                .hasMessageContaining("dense parameter bias/layer0/weight is missing");
        assertThat(parameters).isEqualTo(before);
    }

    private Parent publish(Trainer trainer, long version, Parent parent, boolean delta)
            throws IOException {
        SnapshotContent content = TestingSnapshots.content(trainer, version, parent);
        String hash =
                delta
                        ? folder(version).writeDelta(content, trainer.touchedRows().byTable())
                        : folder(version).write(content);
        trainer.touchedRows().clear();
        return new Parent(version, hash);
    }

    private SnapshotFolder folder(long version) {
        return new SnapshotFolder(
                new LocalSnapshotStore(folder.resolve(SnapshotFolder.name(version))));
    }
}
