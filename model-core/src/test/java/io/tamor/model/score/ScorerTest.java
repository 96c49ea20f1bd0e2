package io.tamor.model.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tamor.model.TestingModels;
import io.tamor.model.config.FieldSpec;
import io.tamor.model.config.InputSpec;
import io.tamor.model.config.ModelSpec;
import io.tamor.model.config.NetworkSpec;
import io.tamor.model.config.Side;
import io.tamor.model.network.MiniBatch;
import io.tamor.model.snapshot.MemorySnapshotStore;
import io.tamor.model.snapshot.Snapshot;
import io.tamor.model.snapshot.SnapshotFolder;
import io.tamor.model.snapshot.TestingSnapshots;
import io.tamor.model.training.Growth;
import io.tamor.model.training.Trainer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ScorerTest {
    static List<NetworkSpec> networks() {
        return TestingModels.networks();
    }

    @ParameterizedTest
    @MethodSource("networks")
    void aSnapshotScoresAsItsTrainerBitForBit(NetworkSpec network) throws IOException {
        ModelSpec spec = TestingModels.model(network, 3);
        Trainer trainer = TestingModels.trained(spec, 6);
        Scorer scorer = new Scorer(snapshot(trainer, 1), 2 * TestingModels.ROWS, 1);
        MiniBatch batch = TestingModels.batch(spec, 5);
        trainer.score(batch);
        Scores scores = scorer.score(batch);
        for (int row = 0; row < batch.size(); row++) {
            for (int task = 0; task < spec.tasks().size(); task++) {
                assertThat(scores.prediction(row, task)).isEqualTo(trainer.prediction(row, task));
                assertThat(scores.logit(row, task)).isEqualTo(trainer.logit(row, task));
            }
        }
        assertThat(scores.version()).isEqualTo(1);
        assertThatThrownBy(() -> scores.logit(TestingModels.ROWS, 0))
                .hasMessageContaining("no score of row 32");
    }

    @Test
    void aSwapUnderLoadNeverGivesAWrongOrTornScore() throws Exception {
        ModelSpec spec = TestingModels.spec(NetworkSpec.TAMOR);
        Trainer trainer = TestingModels.trained(spec, 2);
        Snapshot first = snapshot(trainer, 1);
        float[] before = scores(trainer, spec);
        trainer.step(TestingModels.batch(spec, 77));
        Snapshot second = snapshot(trainer, 2);
        float[] after = scores(trainer, spec);
        assertThat(after).isNotEqualTo(before);

        Scorer scorer = new Scorer(first, TestingModels.ROWS, 2);
        AtomicBoolean done = new AtomicBoolean();
        Callable<long[]> load =
                () -> {
                    MiniBatch batch = TestingModels.batch(spec, 5);
                    long[] seen = new long[3];
                    while (!done.get()) {
                        Scores scores = scorer.score(batch);
                        float[] wanted = scores.version() == 1 ? before : after;
                        if (!Arrays.equals(flat(scores), wanted)) {
                            throw new IllegalStateException("torn: " + scores.version());
                        }
                        seen[(int) scores.version()]++;
                    }
                    return seen;
                };
        ExecutorService threads = Executors.newFixedThreadPool(4);
        List<Future<long[]>> loads = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            loads.add(threads.submit(load));
        }
        MiniBatch batch = TestingModels.batch(spec, 5);
        for (int i = 0; i < 100; i++) {
            Snapshot next = i % 2 == 0 ? second : first;
            scorer.swap(next);
            assertThat(scorer.score(batch).version()).isEqualTo(next.manifest().version());
        }
        done.set(true);
        long all = 0;
        for (Future<long[]> each : loads) {
            all += Arrays.stream(each.get()).sum();
        }
        threads.shutdown();
        assertThat(all).isPositive();
    }

    @Test
    void externalRowsComeWithTheBatch() throws IOException {
        ModelSpec plain = TestingModels.spec(NetworkSpec.TAMOR);
        List<FieldSpec> fields = new ArrayList<>(plain.input().fields());
        fields.add(0, new FieldSpec("user", Side.USER, TestingModels.ROWS, 3, true));
        ModelSpec spec =
                new ModelSpec(
                        plain.network(),
                        new InputSpec(
                                fields,
                                plain.input().dense(),
                                plain.input().tiers(),
                                plain.input().scenarios(),
                                true),
                        plain.tasks(),
                        plain.optimizer(),
                        plain.seed());
        Trainer trainer = TestingModels.trained(spec, 2);
        Snapshot snapshot = snapshot(trainer, 1);
        assertThat(snapshot.parameters()).doesNotContainKey("embedding/user");
        float[] rows = new float[TestingModels.ROWS * 3];
        for (int slot = 0; slot < TestingModels.ROWS; slot++) {
            float[] row = {slot * 0.1f, 0.5f, -slot};
            System.arraycopy(row, 0, rows, slot * 3, 3);
            trainer.loadExternal(0, slot, row, trainer.initialExternalAccumulators(0));
        }
        MiniBatch batch = TestingModels.batch(spec, 5);
        Scorer scorer = new Scorer(snapshot, TestingModels.ROWS, 1);
        Scores scores = scorer.score(batch, List.of(new ExternalRows("user", rows)));
        assertThat(flat(scores)).isEqualTo(scores(trainer, spec));
        assertThatThrownBy(() -> scorer.score(batch)).hasMessageContaining("user is external");
        assertThatThrownBy(
                        () -> scorer.score(batch, List.of(new ExternalRows("user", new float[3]))))
                .hasMessageContaining("to 32 rows of 3 values, were 3 values");
    }

    @Test
    void aGrownModelScoresTheBatchesOfTheSmallerOneAndGoesBack() throws IOException {
        ModelSpec spec = TestingModels.spec(NetworkSpec.TAMOR);
        Trainer trainer = TestingModels.trained(spec, 3);
        Trainer grown = Growth.addTier(trainer, "vip", "high");
        Snapshot small = snapshot(trainer, 1);
        Scorer scorer = new Scorer(small, TestingModels.ROWS, 1);
        MiniBatch batch = TestingModels.batch(spec, 5);
        float[] before = flat(scorer.score(batch));
        scorer.swap(snapshot(grown, 2));
        assertThat(flat(scorer.score(batch))).isEqualTo(before);
        MiniBatch larger = TestingModels.batch(scorer.spec(), 6);
        assertThat(scorer.score(larger).rows()).isEqualTo(TestingModels.ROWS);
        scorer.swap(small);
        assertThat(flat(scorer.score(batch))).isEqualTo(before);
        assertThatThrownBy(() -> scorer.score(larger)).hasMessageContaining("the model reads");
    }

    @Test
    void whatDoesNotFitIsRefusedAndTheOldModelGoesOn() throws IOException {
        ModelSpec spec = TestingModels.spec(NetworkSpec.MMOE);
        Scorer scorer = new Scorer(snapshot(TestingModels.trained(spec, 1), 4), 8, 1);
        MiniBatch large = TestingModels.batch(spec, 1);
        assertThatThrownBy(() -> scorer.score(large))
                .hasMessageContaining("32 rows, the scorer's capacity is 8");
        ModelSpec grown = TestingModels.spec(NetworkSpec.MMOE, 4);
        assertThatThrownBy(() -> scorer.score(new MiniBatch(grown, 8)))
                .hasMessageContaining("the model reads");
        InputSpec input = spec.input();
        ModelSpec fewer =
                new ModelSpec(
                        spec.network(),
                        new InputSpec(
                                input.fields(),
                                input.dense().subList(0, 2),
                                input.tiers(),
                                input.scenarios(),
                                true),
                        spec.tasks(),
                        spec.optimizer(),
                        spec.seed());
        Snapshot other = snapshot(TestingModels.trained(fewer, 1), 5);
        assertThatThrownBy(() -> scorer.swap(other))
                .hasMessageContaining("make a new scorer for it");
        assertThat(scorer.version()).isEqualTo(4);
        assertThat(scorer.spec()).isEqualTo(spec);
        assertThatThrownBy(() -> new Scorer(other, 0, 1)).hasMessageContaining("were 0 and 1");
    }

    private static Snapshot snapshot(Trainer trainer, long version) throws IOException {
        SnapshotFolder folder = new SnapshotFolder(new MemorySnapshotStore("testing"));
        folder.write(TestingSnapshots.content(trainer, version, null));
        return folder.load();
    }

    private static float[] scores(Trainer trainer, ModelSpec spec) {
        MiniBatch batch = TestingModels.batch(spec, 5);
        trainer.score(batch);
        float[] all = new float[batch.size() * spec.tasks().size()];
        for (int i = 0; i < all.length; i++) {
            int tasks = spec.tasks().size();
            all[i] = trainer.prediction(i / tasks, i % tasks);
        }
        return all;
    }

    private static float[] flat(Scores scores) {
        float[] all = new float[scores.rows() * scores.tasks()];
        for (int i = 0; i < all.length; i++) {
            all[i] = scores.prediction(i / scores.tasks(), i % scores.tasks());
        }
        return all;
    }
}
