package io.tamor.jobs.learner;

import static org.assertj.core.api.Assertions.assertThat;

import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.learner.logic.TestingSamples;
import io.tamor.jobs.learner.logic.TestingStream;
import io.tamor.jobs.snapshot.SnapshotCandidate;
import io.tamor.jobs.snapshot.SnapshotDecision;
import io.tamor.jobs.training.OfflineTraining;
import io.tamor.jobs.training.TestingSampleFolder;
import io.tamor.jobs.training.TrainedModel;
import io.tamor.model.gate.SliceReport;
import io.tamor.schemas.RejectedRecord;
import io.tamor.schemas.RejectionCause;
import io.tamor.schemas.Sample;
import io.tamor.schemas.wire.FeatureWire;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.hashmap.HashMapStateBackend;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What poison does to the learner: nothing bad is served, and it recovers by itself. */
class PoisonedStreamsTest {
    private static final int DAYS = 10;
    private static final String STRICT =
            "gate: {horizon: 2 d, trial: 2 d, min_labels: 30, auc_drop: 0.1, loss_rise: 0.3,"
                    + " calibration: 1.6, normalized_entropy: 1.2}";

    /** Without absolute bounds: only the comparison with other versions is left. */
    private static final String RELATIVE =
            "gate: {horizon: 2 d, trial: 2 d, min_labels: 30, auc_drop: 0.1, loss_rise: 0.3,"
                    + " auc_shock: 1, calibration: 100, normalized_entropy: 100}";

    @TempDir Path folder;

    private Deployment deployment(String gate) {
        return TestingSamples.deployment(
                folder,
                yaml ->
                        yaml.replaceAll("\\bgate: \\{[^}]*}", gate)
                                .replace("batch: 64", "batch: 8")
                                .replace("learning_rate: 0.001", "learning_rate: 0.01"));
    }

    private static TestingLearner learned(Deployment deployment, List<Sample> samples)
            throws Exception {
        TestingLearner learner = new TestingLearner(deployment, new HashMapStateBackend());
        feed(learner, samples, false);
        return learner;
    }

    /** A checkpoint every day, from which the learner is restored if wanted. */
    private static void feed(TestingLearner learner, List<Sample> samples, boolean restored)
            throws Exception {
        int day = 0;
        for (Sample sample : samples) {
            if (TestingStream.day(sample.getMaturedAtMs()) > day) {
                day = TestingStream.day(sample.getMaturedAtMs());
                learner.watermark(sample.getMaturedAtMs() - 1);
                OperatorSubtaskState state = learner.checkpoint();
                if (restored) {
                    learner.restore(state);
                }
            }
            learner.take(sample);
        }
        learner.end();
    }

    /** Days on which something was decided, with what; the end's decision is of the last day. */
    private static List<Integer> days(TestingLearner learner, SnapshotDecision decision) {
        return learner.versions().days(decision);
    }

    private static double auc(TestingLearner learner, Deployment deployment, long version)
            throws Exception {
        return learner.versions().auc(deployment, version);
    }

    @Test
    void withoutPoisonEveryVersionIsPublished() throws Exception {
        Deployment deployment = deployment(STRICT);
        try (TestingLearner learner = learned(deployment, clean(deployment, 1))) {
            assertThat(learner.candidates)
                    .hasSizeGreaterThan(8)
                    .allMatch(candidate -> candidate.decision == SnapshotDecision.PUBLISH);
            assertThat(auc(learner, deployment, learner.served())).isGreaterThan(0.7);
        }
    }

    @Test
    void featuresThatAreNoNumbersAndForeignSchemasLeaveTheModelAsItWas() throws Exception {
        Deployment deployment = deployment(STRICT);
        List<Sample> samples = clean(deployment, 1).subList(0, 4 * TestingStream.A_DAY);
        List<Sample> poisoned = new ArrayList<>();
        for (Sample sample : samples) {
            poisoned.add(sample);
            if (TestingStream.day(sample.getMaturedAtMs()) == 2) {
                poisoned.add(withDense(deployment, sample, Float.NaN));
                poisoned.add(withDense(deployment, sample, Float.POSITIVE_INFINITY));
                poisoned.add(Sample.newBuilder(sample).setFeatureSchema(7).build());
            }
        }
        try (TestingLearner clean = learned(deployment, samples);
                TestingLearner learner = learned(deployment, poisoned)) {
            assertThat(learner.rejected)
                    .extracting(RejectedRecord::getCause)
                    .hasSize(3 * TestingStream.A_DAY)
                    .contains(RejectionCause.POISONED, RejectionCause.WRONG_SCHEMA);
            assertThat(learner.decisions()).isEqualTo(clean.decisions());
            assertThat(learner.rowValues()).isEqualTo(clean.rowValues());
            assertThat(learner.lastSnapshot().parameters())
                    .isEqualTo(clean.lastSnapshot().parameters());
        }
    }

    private static Sample withDense(Deployment deployment, Sample sample, float value) {
        float[] dense = new float[deployment.sampleSchema().dense().size()];
        dense[dense.length - 1] = value;
        return Sample.newBuilder(sample)
                .setImpressionId(sample.getImpressionId() + value)
                .setDense(FeatureWire.packDense(dense))
                .build();
    }

    @Test
    void labelFlipsForAFifthOfThePeriodAreNeverServed() throws Exception {
        Deployment deployment = deployment(STRICT);
        try (TestingLearner learner = learned(deployment, flipped(deployment, 4, 5))) {
            assertThat(days(learner, SnapshotDecision.PUBLISH))
                    .contains(1, 2, 3, 4)
                    .doesNotContain(5, 6)
                    .contains(9);
            assertThat(days(learner, SnapshotDecision.REJECT)).contains(5, 6);
            for (SnapshotCandidate candidate : learner.candidates) {
                if (candidate.decision == SnapshotDecision.PUBLISH) {
                    assertThat(auc(learner, deployment, candidate.version)).isGreaterThan(0.7);
                } else {
                    assertThat(learner.snapshot(candidate.version).manifest().gate().reasons())
                            .isNotEmpty();
                }
            }
        }
    }

    @Test
    void aVersionThatLearnedFlippedLabelsIsTakenBackWhenTrueOnesCome() throws Exception {
        Deployment deployment = deployment(RELATIVE);
        List<Sample> samples = flipped(deployment, 4, 4);
        try (TestingLearner learner = learned(deployment, samples);
                TestingLearner restored =
                        new TestingLearner(deployment, new HashMapStateBackend())) {
            assertThat(learner.decisions()).contains("PUBLISH 5", "ROLLBACK 4");
            assertThat(auc(learner, deployment, 5)).isLessThan(0.5);
            assertThat(auc(learner, deployment, learner.served())).isGreaterThan(0.7);
            List<Integer> rollbacks = days(learner, SnapshotDecision.ROLLBACK);
            assertThat(rollbacks).startsWith(5);
            assertThat(learner.serving().rollbacks).isEqualTo(rollbacks.size());

            feed(restored, samples, true);
            assertThat(restored.decisions()).isEqualTo(learner.decisions());
            assertThat(restored.rowValues()).isEqualTo(learner.rowValues());
            assertThat(restored.lastSnapshot().manifestSha256())
                    .isEqualTo(learner.lastSnapshot().manifestSha256());
        }
    }

    @Test
    void aLearnerWhoseLossRunsAwayGoesBackToTheLiveVersion() throws Exception {
        Deployment deployment =
                deployment(STRICT.replace("}", ", divergence_factor: 1.2, divergence_steps: 5}"));
        try (TestingLearner learner = learned(deployment, flipped(deployment, 4, 4))) {
            assertThat(learner.serving().returns).isPositive();
            assertThat(auc(learner, deployment, learner.served())).isGreaterThan(0.7);
        }
    }

    @Test
    void aRebasedLearnerThatGoesBackBehindItComesFromWhatTheLiveVersionComesFrom()
            throws Exception {
        Deployment deployment =
                deployment(STRICT.replace("}", ", divergence_factor: 1.2, divergence_steps: 5}"));
        List<Sample> samples = flipped(deployment, 4, 4);
        OfflineTraining training = new OfflineTraining(deployment, Long.MIN_VALUE);
        // With the version of the fourth day, so that none is made of the rebased model.
        List<Sample> good = samples.subList(0, 4 * TestingStream.A_DAY + 16);
        training.run(TestingSampleFolder.write(folder.resolve("samples"), good, 1));
        Path base = TrainedModel.write(training, deployment, folder.resolve("base"));
        try (TestingLearner learner = new TestingLearner(deployment, new HashMapStateBackend())) {
            take(learner, good);
            OperatorSubtaskState savepoint = learner.checkpoint();
            long live = learner.served();
            assertThat(live).isPositive();
            learner.restore(savepoint, deployment.startingFrom(base.toUri().toString()));
            assertThat(learner.serving().startedFrom()).isEqualTo(TestingSnapshots.origin(base));
            take(learner, samples.subList(good.size(), good.size() + TestingStream.A_DAY / 2));
            assertThat(learner.serving().returns).isPositive();
            assertThat(learner.served()).isEqualTo(live);
            assertThat(learner.serving().startedFrom()).isNull();
        }
    }

    private static void take(TestingLearner learner, List<Sample> samples) throws Exception {
        for (Sample sample : samples) {
            learner.take(sample);
            learner.watermark(sample.getMaturedAtMs() - 1);
        }
        learner.checkpoint();
    }

    @Test
    void aTierThatVanishesStopsNothing() throws Exception {
        Deployment deployment = deployment(STRICT);
        List<Sample> samples =
                TestingStream.of(deployment, DAYS, 4, m -> m.day() < 4 || m.tier() < 2, m -> false);
        try (TestingLearner learner = learned(deployment, samples)) {
            assertThat(days(learner, SnapshotDecision.PUBLISH)).contains(5, 6, 7, 8, 9);
            assertThat(judgedTiers(learner, 4)).contains("high");
            assertThat(judgedTiers(learner, learner.served())).doesNotContain("high");
            assertThat(auc(learner, deployment, learner.served())).isGreaterThan(0.7);
        }
    }

    @Test
    void aTierThatAppearsIsLearnedAndJudged() throws Exception {
        Deployment deployment = deployment(STRICT);
        List<Sample> samples =
                TestingStream.of(
                        deployment, DAYS, 5, m -> m.day() >= 4 || m.tier() < 2, m -> false);
        try (TestingLearner learner = learned(deployment, samples)) {
            assertThat(judgedTiers(learner, 3)).doesNotContain("high");
            assertThat(days(learner, SnapshotDecision.PUBLISH)).contains(9);
            assertThat(judgedTiers(learner, 9)).contains("high");
            assertThat(auc(learner, deployment, learner.served())).isGreaterThan(0.7);
        }
    }

    private static Set<String> judgedTiers(TestingLearner learner, long version) throws Exception {
        return learner.snapshot(version).manifest().gate().slices().stream()
                .map(SliceReport::tier)
                .collect(Collectors.toSet());
    }

    private static List<Sample> clean(Deployment deployment, long seed) {
        return TestingStream.of(deployment, DAYS, seed, m -> true, m -> false);
    }

    private static List<Sample> flipped(Deployment deployment, int from, int to) {
        return TestingStream.of(
                deployment, DAYS, 2, m -> true, m -> m.day() >= from && m.day() <= to);
    }
}
