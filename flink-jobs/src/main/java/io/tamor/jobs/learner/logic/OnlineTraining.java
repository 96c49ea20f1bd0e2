package io.tamor.jobs.learner.logic;

import io.tamor.jobs.config.Deployment;
import io.tamor.model.config.ModelSpec;
import io.tamor.model.network.MiniBatch;
import io.tamor.model.training.StepOutcome;
import io.tamor.model.training.Trainer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One test-then-train step after the other: the mini-batch's users' rows are read once each, the
 * batch is scored, its scores are counted, then it is trained and the rows are written back. A row
 * older than its time to live counts as none, by the samples' own time, so that a replay forgets
 * where the first run did.
 *
 * <p>A user is admitted with its n-th sample ({@code learner.admit_after}): then it gets a row of
 * its own. The samples before see the initial row, which all such users share and no step changes;
 * only their number is kept, in the row's place and as long.
 *
 * <p>While the trainer learns from a mini-batch, on a thread of its own where that takes long, its
 * scores are counted and the next one is assembled. All else happens between two steps, in their
 * order, so nothing depends on the threads: what follows a step may be on the trainer's thread, and
 * the caller's waits meanwhile. From {@link #train} to {@link #settle} the trainer, the rows and
 * the figures are not to be touched but by what {@link #afterEach follows a step}. Not thread-safe.
 */
public final class OnlineTraining implements TrainingQueue.Step, AutoCloseable {
    private static final float[][] NO_ROWS = {};

    private final Trainer trainer;
    private final Quality quality;
    private final LearnerProgress progress;
    private final @Nullable Shadows shadows;
    private final @Nullable RowMoments moments;
    private final long userRowTtlMs;
    private final DriftMonitor drift;
    private final SampleRows rows;
    private final TrainingSteps steps;
    private After after = batch -> {};

    /** The mini-batch at hand with its users, and what to assemble the next in. */
    private MiniBatch batch;

    private BatchUsers users;
    private MiniBatch spare;
    private BatchUsers spareUsers;

    /** The step that has begun and not ended; null: there is none. */
    private @Nullable Begun begun;

    private double lastLoss;

    /**
     * A step on its way.
     *
     * @param resets whether its scores ask for the accumulators to start anew
     */
    private record Begun(List<QueuedSample> samples, boolean resets) {}

    /** What follows a step, before the next one begins. */
    @FunctionalInterface
    public interface After {
        void trained(List<QueuedSample> batch) throws Exception;
    }

    public OnlineTraining(
            Deployment deployment,
            Trainer trainer,
            Quality quality,
            LearnerProgress progress,
            DriftMonitor drift,
            UserRowStore store) {
        this(deployment, trainer, quality, progress, drift, store, null, null);
    }

    /**
     * The same with versions that score each batch too.
     *
     * @param shadows null: none
     * @param moments that rows are kept as of; null: none
     */
    public OnlineTraining(
            Deployment deployment,
            Trainer trainer,
            Quality quality,
            LearnerProgress progress,
            DriftMonitor drift,
            UserRowStore store,
            @Nullable Shadows shadows,
            @Nullable RowMoments moments) {
        ModelSpec spec = trainer.spec();
        this.trainer = trainer;
        this.steps = new TrainingSteps(trainer);
        this.quality = quality;
        this.progress = progress;
        this.shadows = shadows;
        this.moments = moments;
        this.userRowTtlMs = deployment.learner().userRowTtl().toMillis();
        this.drift = drift;
        this.batch = new MiniBatch(spec, deployment.learner().batch());
        this.spare = new MiniBatch(spec, deployment.learner().batch());
        this.users = new BatchUsers(deployment, trainer, drift, store, moments);
        this.spareUsers = new BatchUsers(deployment, trainer, drift, store, moments);
        this.rows = new SampleRows(spec, deployment.sampleSchema());
    }

    /**
     * Has every step on the trainer's thread, however short; for tests, since results are the same.
     */
    public void alwaysBeside() {
        steps.besideFrom(0);
    }

    /** Sets what follows each step; nothing, if absent. */
    public void afterEach(After next) {
        after = next;
    }

    /** Scores and counts a mini-batch of checked samples, and begins to learn from it. */
    @Override
    public void train(List<QueuedSample> samples) throws Exception {
        assemble(samples);
        steps.begin(() -> turn(samples));
        quality.count(samples, batch, trainer::prediction);
        if (shadows != null && moments != null) {
            shadows.take(shadowStep(samples, shadows, moments));
        }
        begun = new Begun(samples, drift.count(samples, batch, trainer::prediction));
    }

    /** Makes all of the next mini-batch that does not wait for the step on its way. */
    private void assemble(List<QueuedSample> samples) throws Exception {
        spare.clear();
        spareUsers.clear();
        for (QueuedSample sample : samples) {
            spareUsers.add(rows.add(sample, spare), sample.userId());
        }
    }

    /** From one step to the next, whose mini-batch it completes. */
    private MiniBatch turn(List<QueuedSample> samples) throws Exception {
        settle();
        MiniBatch last = batch;
        batch = spare;
        spare = last;
        BatchUsers lastUsers = users;
        users = spareUsers;
        spareUsers = lastUsers;
        users.load(samples, batch);
        if (progress.snapshotMs == LearnerProgress.NEVER) {
            progress.snapshotMs = samples.get(0).maturedAtMs();
        }
        trainer.learningRateFactor(drift.learningRateFactor(samples.get(0).maturedAtMs()));
        return batch;
    }

    /** Ends the step that has begun, if one has, with all that follows it. */
    @Override
    public void settle() throws Exception {
        Begun ending = begun;
        if (ending == null) {
            return;
        }
        begun = null;
        StepOutcome outcome = steps.end();
        if (outcome.applied()) {
            users.save();
            countLabels();
            progress.steps++;
        } else {
            progress.droppedSteps++;
        }
        if (ending.resets()) {
            trainer.resetAccumulators();
        }
        lastLoss = outcome.applied() ? outcome.totalLoss() : Double.NaN;
        progress.samples += ending.samples().size();
        for (QueuedSample sample : ending.samples()) {
            progress.trainedMs = Math.max(progress.trainedMs, sample.maturedAtMs());
            // By comparison first: a partition has few mini-batches that do not move it on.
            Long next = progress.offsets.get(sample.partition());
            if (next == null || next <= sample.offset()) {
                progress.offsets.put(sample.partition(), sample.offset() + 1);
            }
        }
        after.trained(ending.samples());
    }

    /**
     * Leaves the step that has begun to the trainer's thread, if it is there. Until {@link #settle}
     * the model, its users' rows and all that counts is between two steps: who looks at them, or
     * changes them, settles first.
     */
    @Override
    public void rest() throws Exception {
        if (!steps.goesOn()) {
            settle();
        }
    }

    /**
     * Event time is about to pass: a step on its way ends first where a row that it trains expires
     * by then, as one of a very late sample does.
     */
    public void passing(long timeMs) throws Exception {
        Begun passed = begun;
        if (passed != null
                && passed.samples().stream()
                        .anyMatch(sample -> sample.maturedAtMs() + userRowTtlMs <= timeMs)) {
            settle();
        }
    }

    /** Ends the thread; what it works on is void. */
    @Override
    public void close() {
        steps.close();
    }

    private void countLabels() {
        for (int row = 0; row < batch.size(); row++) {
            for (int task = 0; task < progress.matureLabels.length; task++) {
                progress.matureLabels[task] += batch.masked(row, task) ? 0 : 1;
            }
        }
    }

    /** The step as the versions beside the learner see it; the trainer may be learning from it. */
    private ShadowStep shadowStep(List<QueuedSample> samples, Shadows beside, RowMoments as) {
        return new ShadowStep(
                samples,
                batch.copy(),
                beside.hasLive() ? users.rowsAsOf(as.liveMoment()) : NO_ROWS,
                beside.hasPrevious() ? users.rowsAsOf(as.previousMoment()) : NO_ROWS,
                users.initialAccumulators(),
                predictions());
    }

    /** What the learner predicts before the update, row by row, task by task. */
    private float[] predictions() {
        int tasks = trainer.spec().tasks().size();
        float[] predictions = new float[batch.size() * tasks];
        for (int row = 0; row < batch.size(); row++) {
            for (int task = 0; task < tasks; task++) {
                predictions[row * tasks + task] = trainer.prediction(row, task);
            }
        }
        return predictions;
    }

    /** Sum of the tasks' losses of the last step, before its update; NaN where it was dropped. */
    public double lastLoss() {
        return lastLoss;
    }
}
