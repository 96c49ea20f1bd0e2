package io.tamor.jobs.learner;

import io.tamor.jobs.learner.logic.DriftMonitor;
import io.tamor.jobs.learner.logic.LearnerProgress;
import io.tamor.jobs.learner.logic.OnlineTraining;
import io.tamor.jobs.learner.logic.TrainingQueue;
import io.tamor.model.config.ModelSpec;
import org.apache.flink.metrics.MetricGroup;

/** What every learner tells as Flink gauges, alone or beside others: {@code learner.NAME}. */
final class LearnerGauges {
    private LearnerGauges() {}

    static void register(
            MetricGroup learner,
            ModelSpec spec,
            LearnerProgress progress,
            SampleIntake intake,
            TrainingQueue queue,
            OnlineTraining training,
            DriftMonitor drift) {
        learner.gauge("samples", () -> progress.samples);
        learner.gauge("steps", () -> progress.steps);
        learner.gauge("droppedSteps", () -> progress.droppedSteps);
        learner.gauge("lateSamples", () -> progress.lateSamples);
        learner.gauge("skippedSamples", () -> intake.skippedSamples());
        learner.gauge("rejectedRecords", () -> progress.rejectedRecords);
        learner.gauge("untrainedSamples", () -> queue.size());
        learner.gauge("trainedEventTimeMs", () -> progress.trainedMs);
        learner.gauge("loss", () -> training.lastLoss());
        DriftGauges.register(learner, spec, drift);
    }
}
