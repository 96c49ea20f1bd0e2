package io.tamor.jobs.learner.logic;

import static org.assertj.core.api.Assertions.assertThat;

import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.config.DriftOptions;
import io.tamor.model.config.ModelSpec;
import io.tamor.model.training.ModelMerge;
import io.tamor.model.training.ModelValues;
import io.tamor.model.training.Trainer;
import io.tamor.schemas.Sample;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;

class MergeRoundsTest {
    private static final int BATCH = 16;

    @TempDir Path folder;
    private Deployment deployment;
    private ModelSpec spec;
    private List<Sample> samples;

    @BeforeEach
    void generate() {
        deployment = TestingSamples.deployment(folder, BATCH);
        spec = ModelSpecs.of(deployment);
        samples = TestingSamples.generate(deployment, 20 * BATCH, 3);
    }

    private final class Member {
        private final Trainer trainer = new Trainer(spec, BATCH);
        private final Replica replica;
        private final OnlineTraining training;

        Member(int index, int of) {
            replica = new Replica(new ReplicaName(index, of), trainer, 0, 0);
            training =
                    new OnlineTraining(
                            deployment,
                            trainer,
                            new Quality(spec),
                            new LearnerProgress(spec.tasks().size()),
                            new DriftMonitor(spec, DriftOptions.COUNT_ONLY),
                            new TestingUserRows());
        }

        void train(int batch) throws Exception {
            training.train(
                    TestingSamples.queued(
                            deployment, samples.subList(batch * BATCH, (batch + 1) * BATCH)));
            training.settle();
        }
    }

    private MergeRounds rounds(Member of) {
        MergeRounds rounds = new MergeRounds(new ModelMerge(1, 0));
        rounds.base(of.trainer.values());
        return rounds;
    }

    @Test
    void aSumOfIncrementsIsOverTheRootOfTheirNumberAndARowsOfThoseThatChangedIt() throws Exception {
        Member a = new Member(0, 2);
        Member b = new Member(1, 2);
        Map<String, INDArray> before = a.trainer.snapshotParameters();
        MergeRounds rounds = rounds(a);
        a.train(0);
        b.train(1);
        Trainer merged = new Trainer(spec, 1);
        rounds.add(a.replica.cut(false));
        rounds.add(b.replica.cut(false));
        merged.become(rounds.close().values());
        Map<String, INDArray> found = merged.snapshotParameters();
        for (String name : a.trainer.network().parameters().names()) {
            float[] from = before.get(name).dup('c').data().asFloat();
            float[] byA = a.trainer.snapshotParameters().get(name).dup('c').data().asFloat();
            float[] byB = b.trainer.snapshotParameters().get(name).dup('c').data().asFloat();
            float[] to = found.get(name).dup('c').data().asFloat();
            boolean rows = a.trainer.network().parameters().sparse(name);
            int width = rows ? (int) before.get(name).size(1) : 1;
            for (int k = 0; k < from.length; k++) {
                int at = k / width * width;
                boolean one = !rows || changed(from, byA, at, width);
                boolean other = !rows || changed(from, byB, at, width);
                int count = Math.max(1, (one ? 1 : 0) + (other ? 1 : 0));
                assertThat(to[k])
                        .as("%s[%d]", name, k)
                        .isCloseTo(
                                from[k]
                                        + (byA[k] - from[k] + byB[k] - from[k])
                                                / (float) Math.sqrt(count),
                                org.assertj.core.data.Offset.offset(1e-6f));
            }
        }
        assertThat(merged.steps()).isEqualTo(1);
        assertThat(count(found)).isEqualTo(2f * BATCH);
    }

    private static boolean changed(float[] from, float[] to, int at, int width) {
        return !Arrays.equals(from, at, at + width, to, at, at + width);
    }

    private static float count(Map<String, INDArray> parameters) {
        return parameters.get("normalizer/user/count").getFloat(0);
    }

    @Test
    void whatIsLearnedBetweenCutAndLoadStaysOnTop() throws Exception {
        Member a = new Member(0, 2);
        Member b = new Member(1, 2);
        MergeRounds rounds = rounds(a);
        a.train(0);
        b.train(1);
        rounds.add(a.replica.cut(false));
        rounds.add(b.replica.cut(false));
        MergedModel first = rounds.close();
        a.train(2); // goes on meanwhile
        Cut late = a.replica.cut(false);
        a.train(3);
        assertThat(a.replica.load(first)).isTrue();
        assertThat(a.replica.load(first)).isFalse();
        assertThat(a.replica.unmerged()).isEqualTo(1);
        b.replica.load(first);
        // The late cut goes to the next round, as if nothing had happened.
        rounds.add(late);
        rounds.add(a.replica.cut(false));
        MergedModel second = rounds.close();
        assertThat(second.round()).isEqualTo(2);
        a.replica.load(second);
        b.replica.load(second);
        assertThat(a.replica.unmerged()).isZero();
        assertSame(a.trainer, b.trainer);
        // Every sample's features are in the statistics, once.
        assertThat(count(a.trainer.snapshotParameters())).isEqualTo(4f * BATCH);
    }

    @Test
    void aRoundDependsOnItsCutsAndNotOnTheirArrival() throws Exception {
        Member a = new Member(0, 2);
        Member b = new Member(1, 2);
        ModelValues base = a.trainer.values();
        a.train(0);
        b.train(1);
        Cut one = a.replica.cut(false);
        Cut other = b.replica.cut(false);
        MergeRounds forth = new MergeRounds(new ModelMerge(1, 0.5));
        MergeRounds back = new MergeRounds(new ModelMerge(1, 0.5));
        forth.base(base);
        back.base(base);
        forth.add(one);
        forth.add(other);
        back.add(other);
        back.add(one);
        assertThat(bytes(forth.close().values())).isEqualTo(bytes(back.close().values()));
    }

    @Test
    void roundsGoOnFromTheirStoredForm() throws Exception {
        Member a = new Member(0, 2);
        MergeRounds rounds = rounds(a);
        a.train(0);
        rounds.add(a.replica.cut(false));
        rounds.close();
        a.train(1);
        rounds.add(a.replica.cut(false));
        ByteArrayOutputStream stored = new ByteArrayOutputStream();
        rounds.write(new DataOutputStream(stored));
        MergeRounds read = new MergeRounds(new ModelMerge(1, 0));
        read.read(new DataInputStream(new ByteArrayInputStream(stored.toByteArray())));
        MergedModel wanted = rounds.close();
        MergedModel found = read.close();
        assertThat(found.round()).isEqualTo(wanted.round()).isEqualTo(2);
        assertThat(found.cuts()).isEqualTo(wanted.cuts());
        assertThat(bytes(found.values())).isEqualTo(bytes(wanted.values()));
    }

    @Test
    void aCutThatIsNotFiniteIsDroppedAndItsReplicaLearnsTheMergedModel() throws Exception {
        Member a = new Member(0, 2);
        Member b = new Member(1, 2);
        MergeRounds rounds = rounds(a);
        a.train(0);
        b.train(1);
        b.trainer.network().parameters().dense().get(0).value().set(0, 0, Float.NaN);
        rounds.add(a.replica.cut(false));
        rounds.add(b.replica.cut(false));
        MergedModel merged = rounds.close();
        assertThat(rounds.droppedCuts()).isEqualTo(1);
        a.replica.load(merged);
        b.replica.load(merged);
        assertThat(b.trainer.network().parameters().dense().get(0).value().get(0, 0))
                .isEqualTo(a.trainer.network().parameters().dense().get(0).value().get(0, 0))
                .isFinite();
    }

    @Test
    void noMoreCutsAreOnTheirWayThanAreKeptAndNothingIsLostByThat() throws Exception {
        Member a = new Member(0, 1);
        MergeRounds rounds = rounds(a);
        for (int batch = 0; batch < Replica.MOST_UNMERGED; batch++) {
            a.train(batch);
            rounds.add(a.replica.cut(false));
        }
        a.train(5);
        assertThat(a.replica.cut(false)).isNull();
        assertThat(a.replica.cut(true)).isNotNull().satisfies(rounds::add);
        Trainer merged = new Trainer(spec, 1);
        merged.become(rounds.close().values());
        assertThat(count(merged.snapshotParameters())).isEqualTo(5f * BATCH);
    }

    private static void assertSame(Trainer found, Trainer wanted) {
        Map<String, INDArray> values = wanted.snapshotParameters();
        found.snapshotParameters()
                .forEach((name, value) -> assertThat(value).as(name).isEqualTo(values.get(name)));
    }

    private static byte[] bytes(ModelValues values) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        values.write(new DataOutputStream(bytes));
        return bytes.toByteArray();
    }
}
