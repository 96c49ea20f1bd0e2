package io.tamor.jobs.learner.logic;

import io.tamor.jobs.config.Deployment;
import io.tamor.model.config.ModelSpec;
import io.tamor.model.network.MiniBatch;
import io.tamor.model.training.StepOutcome;
import io.tamor.model.training.Trainer;
import io.tamor.schemas.Sample;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One test-then-train step after the other: the mini-batch's users' rows are read once each, the
 * batch is scored, its scores are counted, then it is trained and the rows are written back. A row
 * older than its time to live counts as none, by the samples' own time, so that a replay forgets
 * where the first run did. Not thread-safe.
 */
public final class OnlineTraining {
    private final Trainer trainer;
    private final Quality quality;
    private final LearnerProgress progress;
    private final UserRowStore store;
    private final @Nullable Shadows shadows;
    private final Serving serving;
    private final long userRowTtlMs;
    private final int userField;
    private final MiniBatch batch;
    private final SampleRows rows;
    private final Map<String, Slot> slots = new HashMap<>();
    private final List<Slot> slotOrder = new ArrayList<>();
    private double lastLoss;

    private record Slot(int index, String userId, UserRow row) {}

    public OnlineTraining(
            Deployment deployment,
            Trainer trainer,
            Quality quality,
            LearnerProgress progress,
            UserRowStore store) {
        this(deployment, trainer, quality, progress, store, null, new Serving());
    }

    /** The same with models that score each batch too; null: none. */
    public OnlineTraining(
            Deployment deployment,
            Trainer trainer,
            Quality quality,
            LearnerProgress progress,
            UserRowStore store,
            @Nullable Shadows shadows,
            Serving serving) {
        ModelSpec spec = trainer.spec();
        this.trainer = trainer;
        this.quality = quality;
        this.progress = progress;
        this.store = store;
        this.shadows = shadows;
        this.serving = serving;
        this.userRowTtlMs = deployment.learner().userRowTtl().toMillis();
        this.userField = ModelSpecs.userRowField(spec);
        this.batch = new MiniBatch(spec, deployment.learner().batch());
        this.rows = new SampleRows(spec, deployment.sampleSchema(), new SampleRules(deployment));
    }

    /** Scores, counts and trains one mini-batch of checked samples. */
    public void train(List<Sample> samples) throws Exception {
        batch.clear();
        slots.clear();
        slotOrder.clear();
        for (Sample sample : samples) {
            rows.add(sample, userField < 0 ? SampleRows.NO_SLOT : slot(sample), batch);
        }
        if (progress.snapshotMs == LearnerProgress.NEVER) {
            progress.snapshotMs = samples.get(0).getMaturedAtMs();
        }
        if (shadows != null) {
            score(shadows.live(), serving.live());
            score(shadows.previous(), serving.previous());
        }
        StepOutcome outcome = trainer.step(batch);
        quality.count(samples, batch, trainer::prediction);
        if (shadows != null) {
            shadows.count(samples, batch, trainer::prediction);
        }
        if (outcome.applied()) {
            saveRows();
            countLabels();
            progress.steps++;
        } else {
            progress.droppedSteps++;
        }
        lastLoss = outcome.applied() ? outcome.totalLoss() : Double.NaN;
        progress.samples += samples.size();
        for (Sample sample : samples) {
            progress.trainedMs = Math.max(progress.trainedMs, sample.getMaturedAtMs());
        }
    }

    private void countLabels() {
        for (int row = 0; row < batch.size(); row++) {
            for (int task = 0; task < progress.matureLabels.length; task++) {
                progress.matureLabels[task] += batch.masked(row, task) ? 0 : 1;
            }
        }
    }

    /** Scores the batch with a version as readers have it, the users' rows as of it included. */
    private void score(@Nullable Trainer shadow, Serving.@Nullable Published version) {
        if (shadow == null || version == null) {
            return;
        }
        for (Slot slot : slotOrder) {
            float[] values = slot.row().valuesAsOf(version.version());
            shadow.loadExternal(
                    userField,
                    slot.index(),
                    values == null ? shadow.initialExternalRow(userField) : values,
                    slot.row().accumulators);
        }
        shadow.score(batch);
    }

    /** Sum of the tasks' losses of the last step, before its update; NaN where it was dropped. */
    public double lastLoss() {
        return lastLoss;
    }

    private int slot(Sample sample) throws Exception {
        Slot slot = slots.get(sample.getUserId());
        if (slot == null) {
            UserRow stored = store.load(sample.getUserId());
            UserRow row = live(stored, sample.getMaturedAtMs());
            if (shadows != null) {
                keep(stored, row);
            }
            slot = new Slot(slotOrder.size(), sample.getUserId(), row);
            slots.put(sample.getUserId(), slot);
            slotOrder.add(slot);
            trainer.loadExternal(userField, slot.index(), row.values, row.accumulators);
        }
        slot.row().trainedMs = Math.max(slot.row().trainedMs, sample.getMaturedAtMs());
        return slot.index();
    }

    private UserRow live(@Nullable UserRow stored, long atMs) {
        if (stored != null && atMs - stored.trainedMs < userRowTtlMs) {
            return stored;
        }
        UserRow row = new UserRow();
        row.values = trainer.initialExternalRow(userField);
        row.accumulators = trainer.initialExternalAccumulators(userField);
        row.trainedMs = atMs;
        row.savedUnder = UserRow.NEW;
        if (stored != null) {
            row.inherit(stored);
        }
        return row;
    }

    /** Keeps the row as of the live version before it changes; {@code row} may replace it. */
    private void keep(@Nullable UserRow stored, UserRow row) {
        UserRow asItWas = stored == null ? row : stored;
        asItWas.keep(serving.liveVersion(), serving.oldestVersion());
        if (asItWas != row) {
            row.inherit(asItWas);
        }
    }

    private void saveRows() throws Exception {
        for (Slot slot : slotOrder) {
            UserRow row = slot.row();
            trainer.readExternal(userField, slot.index(), row.values, row.accumulators);
            store.save(slot.userId(), row);
        }
    }
}
