package io.tamor.jobs.learner;

import static org.assertj.core.api.Assertions.assertThat;

import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.config.DriftOptions;
import io.tamor.jobs.learner.logic.DriftMonitor;
import io.tamor.jobs.learner.logic.LearnerProgress;
import io.tamor.jobs.learner.logic.ModelSpecs;
import io.tamor.jobs.learner.logic.OnlineTraining;
import io.tamor.jobs.learner.logic.Quality;
import io.tamor.jobs.learner.logic.SampleReader;
import io.tamor.jobs.learner.logic.SampleRows;
import io.tamor.jobs.learner.logic.TestingSamples;
import io.tamor.jobs.learner.logic.TestingUserRows;
import io.tamor.jobs.learner.logic.TrainingQueue;
import io.tamor.model.config.ModelSpec;
import io.tamor.model.network.MiniBatch;
import io.tamor.model.score.ExternalRows;
import io.tamor.model.score.Scorer;
import io.tamor.model.score.Scores;
import io.tamor.model.training.Trainer;
import io.tamor.schemas.Sample;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a reader of the snapshot and of the user rows' topic scores is what the learner scores. */
class PublishedScoresTest {
    private static final int BATCH = 32;
    private static final int TRAINED = 700;

    @TempDir Path folder;

    @Test
    void theReadersScoresAreTheLearnersOwnBitForBit() throws Exception {
        Deployment deployment = TestingSamples.deployment(folder, BATCH);
        List<Sample> samples = TestingSamples.generate(deployment, TRAINED + BATCH, 23);
        List<Sample> next = samples.subList(TRAINED, samples.size());
        ModelSpec spec = ModelSpecs.of(deployment);
        Trainer own = new Trainer(spec, BATCH);
        ownScoresOf(next, own, deployment, samples.subList(0, TRAINED));
        try (TestingLearner learner = new TestingLearner(deployment)) {
            for (Sample sample : samples.subList(0, TRAINED)) {
                learner.take(sample);
            }
            learner.end();
            Scores published = publishedScores(next, learner, deployment);
            for (int row = 0; row < next.size(); row++) {
                for (int task = 0; task < spec.tasks().size(); task++) {
                    assertThat(published.prediction(row, task))
                            .as("row %d, task %d", row, task)
                            .isEqualTo(own.prediction(row, task));
                }
            }
        }
    }

    /** Leaves in the trainer the scores of the batch from before it is trained. */
    private static void ownScoresOf(
            List<Sample> next, Trainer trainer, Deployment deployment, List<Sample> before)
            throws Exception {
        OnlineTraining training =
                new OnlineTraining(
                        deployment,
                        trainer,
                        new Quality(trainer.spec()),
                        new LearnerProgress(trainer.spec().tasks().size()),
                        new DriftMonitor(trainer.spec(), DriftOptions.COUNT_ONLY),
                        new TestingUserRows());
        TrainingQueue queue = new TrainingQueue(BATCH, deployment.learner().maxDelay().toMillis());
        SampleReader reader = new SampleReader(deployment);
        for (Sample sample : before) {
            queue.offer(reader.of(sample, "", 0), training);
        }
        queue.drain(training);
        training.train(next.stream().map(sample -> reader.of(sample, "", 0)).toList());
        training.settle();
    }

    private static Scores publishedScores(
            List<Sample> samples, TestingLearner learner, Deployment deployment) throws Exception {
        Scorer scorer = new Scorer(learner.lastSnapshot(), BATCH, 1);
        MiniBatch batch = new MiniBatch(scorer.spec(), BATCH);
        SampleRows rows = new SampleRows(scorer.spec(), deployment.sampleSchema());
        SampleReader reader = new SampleReader(deployment);
        int dim = scorer.spec().input().fields().get(0).dim();
        float[] values = new float[samples.size() * dim];
        List<String> users = new ArrayList<>();
        for (Sample sample : samples) {
            if (!users.contains(sample.getUserId())) {
                users.add(sample.getUserId());
            }
            int slot = users.indexOf(sample.getUserId());
            rows.add(reader.of(sample, "", 0), slot, batch);
            List<Float> row = learner.rowValues().get(sample.getUserId());
            for (int d = 0; row != null && d < dim; d++) {
                values[slot * dim + d] = row.get(d);
            }
        }
        assertThat(learner.userRows.keySet()).as("known users").containsAnyElementsOf(users);
        String field = scorer.spec().input().fields().get(0).name();
        return scorer.score(batch, List.of(new ExternalRows(field, values)));
    }
}
