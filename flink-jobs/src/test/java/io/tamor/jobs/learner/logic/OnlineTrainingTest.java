package io.tamor.jobs.learner.logic;

import static org.assertj.core.api.Assertions.assertThat;

import io.tamor.jobs.config.Deployment;
import io.tamor.model.config.ModelSpec;
import io.tamor.model.training.Trainer;
import io.tamor.schemas.Sample;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OnlineTrainingTest {
    private static final int BATCH = 16;

    @TempDir Path folder;
    private final TestingUserRows rows = new TestingUserRows();

    @Test
    void aStepThatIsNotFiniteIsDroppedAndCountedAndTouchesNoRow() throws Exception {
        Deployment deployment =
                TestingSamples.deployment(folder, "learning_rate: 0.001", "learning_rate: 1.0e38");
        List<Sample> samples = TestingSamples.generate(deployment, 8 * BATCH, 2);
        ModelSpec spec = ModelSpecs.of(deployment);
        LearnerProgress progress = new LearnerProgress(spec.tasks().size());
        OnlineTraining training = training(deployment, spec, progress);
        for (int from = 0; from < samples.size(); from += BATCH) {
            train(training, deployment, samples.subList(from, from + BATCH));
        }
        assertThat(progress.droppedSteps).isPositive();
        assertThat(progress.steps + progress.droppedSteps).isEqualTo(8);
        assertThat(progress.samples).isEqualTo(samples.size());
        assertThat(progress.matureLabels[0])
                .isLessThan(samples.stream().filter(s -> s.getMasks().get(0)).count());
        for (UserRow row : rows.rows.values()) {
            for (float value : row.values) {
                assertThat(value).isFinite();
            }
        }
    }

    @Test
    void theRowOfAUserIsTrainedOnceABatchAndRemembered() throws Exception {
        Deployment deployment = TestingSamples.deployment(folder, BATCH);
        List<Sample> samples = TestingSamples.generate(deployment, BATCH, 2);
        ModelSpec spec = ModelSpecs.of(deployment);
        OnlineTraining training =
                training(deployment, spec, new LearnerProgress(spec.tasks().size()));
        List<Sample> twice = List.of(samples.get(0), renamed(samples.get(1), samples.get(0), 0));
        train(training, deployment, twice);
        UserRow first = rows.rows.get(samples.get(0).getUserId());
        assertThat(first.trainedMs).isEqualTo(twice.get(1).getMaturedAtMs());
        assertThat(first.values).hasSize(4);
        train(training, deployment, twice);
        assertThat(rows.rows).hasSize(1);
        assertThat(rows.rows.get(samples.get(0).getUserId()).accumulators)
                .isNotEqualTo(first.accumulators);
    }

    @Test
    void aRowPastItsTimeToLiveStartsAnewByTheSamplesOwnTime() throws Exception {
        Deployment deployment = TestingSamples.deployment(folder, BATCH);
        List<Sample> samples = TestingSamples.generate(deployment, BATCH, 2);
        ModelSpec spec = ModelSpecs.of(deployment);
        OnlineTraining training =
                training(deployment, spec, new LearnerProgress(spec.tasks().size()));
        Trainer fresh = new Trainer(spec, BATCH);
        train(training, deployment, List.of(samples.get(0)));
        UserRow stored = rows.rows.get(samples.get(0).getUserId());
        Arrays.fill(stored.accumulators, 1e6f);
        long ttlMs = deployment.learner().userRowTtl().toMillis();
        train(training, deployment, List.of(renamed(samples.get(1), samples.get(0), ttlMs - 1)));
        assertThat(rows.rows.get(samples.get(0).getUserId()).accumulators[0]).isGreaterThan(1e5f);
        train(training, deployment, List.of(renamed(samples.get(2), samples.get(0), 2 * ttlMs)));
        assertThat(rows.rows.get(samples.get(0).getUserId()).accumulators[0])
                .isLessThan(fresh.initialExternalAccumulators(0)[0] + 1);
    }

    @Test
    void aUserGetsItsRowWithItsNthSampleAndUntilThenTheInitialOne() throws Exception {
        Deployment deployment =
                TestingSamples.deployment(
                        folder, "user_row_ttl: 90 d", "user_row_ttl: 90 d, admit_after: 3");
        List<Sample> samples = TestingSamples.generate(deployment, BATCH, 2);
        String user = samples.get(0).getUserId();
        ModelSpec spec = ModelSpecs.of(deployment);
        OnlineTraining training =
                training(deployment, spec, new LearnerProgress(spec.tasks().size()));
        train(training, deployment, List.of(samples.get(0)));
        assertThat(rows.rows.get(user).admitted()).isFalse();
        assertThat(rows.rows.get(user).samplesBefore).isEqualTo(1);
        // Two at once: the second of them is the third and is trained on a row of its own.
        train(
                training,
                deployment,
                List.of(
                        renamed(samples.get(1), samples.get(0), 1),
                        renamed(samples.get(2), samples.get(0), 2)));
        UserRow admitted = rows.rows.get(user);
        assertThat(admitted.samplesBefore).isEqualTo(2);
        assertThat(admitted.values).hasSize(4).isNotEqualTo(new float[4]);
        // The count is forgotten like a row: after the time to live it begins again.
        rows.rows.get(user).values = new float[0];
        train(
                training,
                deployment,
                List.of(renamed(samples.get(3), samples.get(0), Duration.ofDays(91).toMillis())));
        assertThat(rows.rows.get(user).admitted()).isFalse();
        assertThat(rows.rows.get(user).samplesBefore).isEqualTo(1);
    }

    @Test
    void aStepBesideTheLearnerLeavesTheSameBehindAsOneOnItsThread() throws Exception {
        Deployment deployment =
                TestingSamples.deployment(
                        folder, "batch: 64,", "batch: 8, drift: {confidence: 0.05},");
        List<Sample> samples = TestingSamples.generate(deployment, 400, 3);
        List<Integer> onItsThread = afterEachStep(deployment, samples, false);
        assertThat(onItsThread).hasSize(50).doesNotHaveDuplicates();
        for (int run = 0; run < 5; run++) {
            assertThat(afterEachStep(deployment, samples, true)).isEqualTo(onItsThread);
        }
    }

    /** Hashes of everything there is after each step, before the next one. */
    private List<Integer> afterEachStep(Deployment deployment, List<Sample> samples, boolean beside)
            throws Exception {
        ModelSpec spec = ModelSpecs.of(deployment);
        Trainer trainer = new Trainer(spec, deployment.learner().batch());
        Quality quality = new Quality(spec);
        LearnerProgress progress = new LearnerProgress(spec.tasks().size());
        DriftMonitor drift = new DriftMonitor(spec, deployment.learner().drift());
        TrainingQueue queue = new TrainingQueue(deployment.learner().batch(), Long.MAX_VALUE);
        List<Integer> hashes = new ArrayList<>();
        rows.rows.clear();
        try (OnlineTraining training =
                new OnlineTraining(deployment, trainer, quality, progress, drift, rows)) {
            if (beside) {
                training.alwaysBeside();
            }
            training.afterEach(
                    batch -> {
                        quality.takeClosed();
                        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
                        DataOutputStream out = new DataOutputStream(bytes);
                        trainer.writeState(out);
                        quality.write(out);
                        progress.write(out);
                        drift.write(out);
                        for (UserRow row : new TreeMap<>(rows.rows).values()) {
                            out.writeUTF(Arrays.toString(row.values));
                        }
                        hashes.add(Arrays.hashCode(bytes.toByteArray()));
                    });
            for (QueuedSample sample : TestingSamples.queued(deployment, samples)) {
                queue.offer(sample, training);
            }
            for (int passed = 25; passed <= 200; passed += 25) {
                queue.advance(samples.get(passed).getMaturedAtMs(), training);
            }
            queue.drain(training);
        }
        return hashes;
    }

    private static void train(OnlineTraining training, Deployment deployment, List<Sample> samples)
            throws Exception {
        training.train(TestingSamples.queued(deployment, samples));
        training.settle();
    }

    private static Sample renamed(Sample sample, Sample user, long laterMs) {
        return Sample.newBuilder(sample)
                .setUserId(user.getUserId())
                .setMaturedAtMs(user.getMaturedAtMs() + laterMs)
                .build();
    }

    private OnlineTraining training(
            Deployment deployment, ModelSpec spec, LearnerProgress progress) {
        Trainer trainer = new Trainer(spec, deployment.learner().batch());
        return new OnlineTraining(
                deployment,
                trainer,
                new Quality(spec),
                progress,
                new DriftMonitor(spec, deployment.learner().drift()),
                rows);
    }
}
