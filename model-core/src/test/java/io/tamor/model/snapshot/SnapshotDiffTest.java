package io.tamor.model.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.tamor.model.TestingModels;
import io.tamor.model.config.ModelSpec;
import io.tamor.model.config.NetworkSpec;
import io.tamor.model.network.MiniBatch;
import io.tamor.model.training.Trainer;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class SnapshotDiffTest {
    private static final ModelSpec SPEC = TestingModels.spec(NetworkSpec.SHARED_BOTTOM);

    @Test
    void aStepChangesTheRowsItTouched() throws IOException {
        Trainer trainer = TestingModels.trained(SPEC, 1);
        Snapshot before = snapshot(trainer, 1);
        MiniBatch batch = new MiniBatch(SPEC, 4);
        for (int age : new int[] {3, 5, 3}) {
            int row = batch.addRow();
            batch.category(row, 0, age);
            batch.label(row, 0, 1, 1);
        }
        assertThat(trainer.step(batch).applied()).isTrue();
        Snapshot after = snapshot(trainer, 2);

        SnapshotDiff diff = SnapshotDiff.between(before, after);
        assertThat(diff.fromVersion()).isEqualTo(1);
        assertThat(diff.toVersion()).isEqualTo(2);
        assertThat(diff.sameModel()).isTrue();
        Map<String, ParameterChange> changed = new TreeMap<>();
        diff.changed().forEach(change -> changed.put(change.name(), change));
        assertThat(changed.get("embedding/age").rowsChanged()).isEqualTo(2);
        assertThat(changed.get("embedding/age").rows()).isEqualTo(12);
        assertThat(changed.get("embedding/city").rowsChanged()).isEqualTo(1);
        assertThat(changed.get("embedding/age").maxDifference()).isBetween(1e-6, 1.0);
        assertThat(changed.size() + diff.unchangedCount()).isEqualTo(before.parameters().size());
        assertThat(SnapshotDiff.between(after, after).changed()).isEmpty();
    }

    @Test
    void differencesAreThoseOfTheElements() throws IOException {
        Snapshot first = snapshot(TestingModels.trained(SPEC, 1), 1);
        TreeMap<String, INDArray> other = new TreeMap<>(first.parameters());
        INDArray weight = first.parameters().get("trunk/layer0/weight").dup();
        weight.putScalar(2, 1, weight.getFloat(2, 1) + 0.5f);
        weight.putScalar(2, 3, weight.getFloat(2, 3) - 0.75f);
        INDArray bias = first.parameters().get("trunk/layer0/bias").dup();
        bias.putScalar(4, Float.NaN);
        other.put("trunk/layer0/weight", weight);
        other.put("trunk/layer0/bias", bias);
        other.put("embedding/age", Nd4j.zeros(13, 4));
        other.put("new", Nd4j.zeros(1));
        other.remove("embedding/city");

        SnapshotDiff diff = SnapshotDiff.between(first, new Snapshot(first.manifest(), "", other));
        assertThat(diff.changed()).hasSize(2);
        assertThat(diff.changed().get(0).name()).isEqualTo("trunk/layer0/bias");
        assertThat(diff.changed().get(0).maxDifference()).isNaN();
        assertThat(diff.changed().get(0).rowsChanged()).isEqualTo(1);
        assertThat(diff.changed().get(1).maxDifference()).isCloseTo(0.75, within(1e-6));
        assertThat(diff.changed().get(1).rowsChanged()).isEqualTo(1);
        assertThat(diff.reshaped()).containsExactly("embedding/age [12, 4] -> [13, 4]");
        assertThat(diff.added()).containsExactly("new");
        assertThat(diff.removed()).containsExactly("embedding/city");
    }

    private static Snapshot snapshot(Trainer trainer, long version) throws IOException {
        SnapshotFolder folder = new SnapshotFolder(new MemorySnapshotStore("testing"));
        folder.write(TestingSnapshots.content(trainer, version, null));
        return folder.load();
    }
}
