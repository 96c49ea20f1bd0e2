package io.tamor.jobs.learner;

import io.tamor.jobs.learner.logic.LearnerProgress;
import io.tamor.jobs.learner.logic.OnlineTraining;
import io.tamor.jobs.learner.logic.TrainingQueue;
import org.apache.flink.metrics.MetricGroup;

/** What every learner tells as Flink gauges, alone or beside others: {@code learner.NAME}. */
final class LearnerGauges {
    private LearnerGauges() {}

    static void register(
            MetricGroup group,
            Learner learner,
            SampleIntake intake,
            TrainingQueue queue,
            OnlineTraining training) {
        LearnerProgress progress = learner.progress();
        group.gauge("samples", () -> progress.samples);
        group.gauge("steps", () -> progress.steps);
        group.gauge("droppedSteps", () -> progress.droppedSteps);
        group.gauge("lateSamples", () -> progress.lateSamples);
        group.gauge("skippedSamples", () -> intake.skippedSamples());
        group.gauge("rejectedRecords", () -> progress.rejectedRecords);
        group.gauge("untrainedSamples", () -> queue.size());
        group.gauge("trainedEventTimeMs", () -> progress.trainedMs);
        group.gauge("loss", () -> training.lastLoss());
        DriftGauges.register(group, learner.trainer().spec(), learner.drift());
    }
}
