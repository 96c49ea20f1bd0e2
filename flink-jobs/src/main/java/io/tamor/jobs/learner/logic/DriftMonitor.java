package io.tamor.jobs.learner.logic;

import io.tamor.jobs.config.DriftOptions;
import io.tamor.jobs.io.FormVersion;
import io.tamor.model.config.ModelSpec;
import io.tamor.model.config.Target;
import io.tamor.model.config.TaskSpec;
import io.tamor.model.drift.Adwin;
import io.tamor.model.network.MiniBatch;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.List;

/**
 * Watches the test-then-train scores of every binary task in every tier for the worse: a log loss
 * whose mean has risen, a calibration whose error (the mean of label less probability) has grown,
 * each by an {@link Adwin} window over single labels. A change for the better only moves the
 * window. Labels count once each, whatever their weight. Everything goes by the samples and their
 * event times, so a replay has the same alarms. Memory: two windows a task and tier.
 */
public final class DriftMonitor {
    private static final int VERSION = 1;

    /** A loss above this counts as this, so that one label in a million is no drift. */
    private static final double LARGEST_LOSS = 4;

    private static final double LEAST_PROBABILITY = Math.exp(-LARGEST_LOSS);

    /** What is watched. */
    public enum Signal {
        LOSS,
        CALIBRATION
    }

    private final DriftOptions options;
    private final List<TaskSpec> tasks;
    private final int tiers;
    private final DriftAlarms alarms;
    private final Adwin[] windows;
    private long alarmMs = LearnerProgress.NEVER;
    private long resetMs = LearnerProgress.NEVER;

    public DriftMonitor(ModelSpec spec, DriftOptions options) {
        this.options = options;
        this.tasks = spec.tasks();
        this.tiers = spec.input().tiers().size();
        this.alarms = new DriftAlarms(spec.tasks(), spec.input().tiers());
        this.windows = new Adwin[alarms.slices()];
        for (int i = 0; i < windows.length; i++) {
            windows[i] = new Adwin(options.confidence());
        }
    }

    /**
     * Takes the final labels of a batch with their scores from before the update; the samples are
     * the batch's rows. True where an alarm asks for the accumulators to start anew.
     */
    public boolean count(List<QueuedSample> samples, MiniBatch batch, Quality.Scores scores) {
        boolean alarmed = false;
        for (int row = 0; row < samples.size(); row++) {
            for (int task = 0; task < tasks.size(); task++) {
                double probability = scores.prediction(row, task);
                if (tasks.get(task).target() == Target.BINARY
                        && !batch.masked(row, task)
                        && Double.isFinite(probability)) {
                    alarmed |= add(task, batch.tier(row), probability, batch.label(row, task) > 0);
                }
            }
        }
        if (!alarmed) {
            return false;
        }
        long nowMs = samples.get(samples.size() - 1).maturedAtMs();
        alarmMs = nowMs;
        boolean reset =
                options.resetAccumulators()
                        && (resetMs == LearnerProgress.NEVER
                                || nowMs - resetMs >= options.lasts().toMillis());
        if (reset) {
            resetMs = nowMs;
        }
        return reset;
    }

    private boolean add(int task, int tier, double probability, boolean label) {
        double likelihood = label ? probability : 1 - probability;
        double loss = -Math.log(Math.max(likelihood, LEAST_PROBABILITY)) / LARGEST_LOSS;
        double residual = ((label ? 1 : 0) - probability + 1) / 2;
        Adwin losses = windows[alarms.slice(task, tier, Signal.LOSS)];
        boolean worse = losses.add(Math.min(1, loss)) && losses.mean() > losses.meanBefore();
        if (worse) {
            alarms.raise(task, tier, Signal.LOSS);
        }
        Adwin residuals = windows[alarms.slice(task, tier, Signal.CALIBRATION)];
        boolean off =
                residuals.add(Math.min(1, Math.max(0, residual)))
                        && Math.abs(residuals.mean() - 0.5)
                                > Math.abs(residuals.meanBefore() - 0.5);
        if (off) {
            alarms.raise(task, tier, Signal.CALIBRATION);
        }
        return worse || off;
    }

    /** Alarms since the beginning; the monitor's own. */
    public DriftAlarms alarms() {
        return alarms;
    }

    /** The factor of the learning rates at an event time. */
    public double learningRateFactor(long timeMs) {
        boolean lasts =
                alarmMs != LearnerProgress.NEVER && timeMs - alarmMs < options.lasts().toMillis();
        return lasts ? options.learningRateFactor() : 1;
    }

    /** Event time of the last reset of the accumulators; {@link LearnerProgress#NEVER} for none. */
    public long resetMs() {
        return resetMs;
    }

    /** Writes everything; version 1: the times, then alarms and window slice by slice. */
    public void write(DataOutput out) throws IOException {
        out.writeInt(VERSION);
        out.writeLong(alarmMs);
        out.writeLong(resetMs);
        out.writeInt(tasks.size());
        out.writeInt(tiers);
        for (int i = 0; i < windows.length; i++) {
            out.writeLong(alarms.count(i));
            windows[i].write(out);
        }
    }

    /** Replaces everything by what {@link #write} wrote for as many tasks and tiers. */
    public void read(DataInput in) throws IOException {
        FormVersion.require("drift monitor", VERSION, VERSION, in.readInt());
        alarmMs = in.readLong();
        resetMs = in.readLong();
        expect("tasks", tasks.size(), in.readInt());
        expect("tiers", tiers, in.readInt());
        for (int i = 0; i < windows.length; i++) {
            alarms.count(i, in.readLong());
            windows[i].read(in);
        }
    }

    private static void expect(String what, int wanted, int found) throws IOException {
        if (wanted != found) {
            throw new IOException(
                    "drift monitor: " + what + ": wanted " + wanted + ", found " + found);
        }
    }
}
