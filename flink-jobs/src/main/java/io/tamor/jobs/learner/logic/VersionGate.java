package io.tamor.jobs.learner.logic;

import io.tamor.jobs.config.GateOptions;
import io.tamor.jobs.config.SnapshotOptions;
import io.tamor.model.config.ModelSpec;
import io.tamor.model.gate.Gate;
import io.tamor.model.gate.GateReport;
import io.tamor.model.metric.MetricTable;
import io.tamor.model.metric.RecentMetrics;
import io.tamor.model.training.Trainer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Decides when a version is made and what becomes of it, from the progress, from what is served and
 * from what the shadows scored. Decides only: who asks carries it out. Everything but a schedule by
 * checkpoints depends on the samples alone, so a replay decides the same.
 */
public final class VersionGate {
    /** Steps between two looks at a version on trial: a look costs as much as a step or so. */
    private static final int STEPS_BETWEEN_LOOKS = 50;

    private final SnapshotOptions snapshots;
    private final GateOptions options;
    private final ModelSpec spec;
    private final Gate gate;
    private final LearnerProgress progress;
    private final Serving serving;
    private final Comparison comparison;

    public VersionGate(
            SnapshotOptions snapshots,
            ModelSpec spec,
            LearnerProgress progress,
            Serving serving,
            Comparison comparison) {
        this.snapshots = snapshots;
        this.options = snapshots.gate();
        this.spec = spec;
        this.gate = new Gate(spec, options.bounds());
        this.progress = progress;
        this.serving = serving;
        this.comparison = comparison;
    }

    /** Whether a version is due and there are labels enough to judge it, or none will come. */
    public boolean due() {
        long passedMs = progress.trainedMs - progress.snapshotMs;
        return progress.snapshotMs != LearnerProgress.NEVER
                && snapshots
                        .every()
                        .due(
                                passedMs,
                                progress.samples - progress.snapshotSamples,
                                serving.checkpoints)
                && (!options.enabled()
                        || passedMs >= options.horizon().toMillis()
                        || gate.ready(comparison.candidateMetrics()));
    }

    /**
     * What the gate says of the learner as it is; null where no gate is wanted.
     *
     * @param learner whose parameters are looked at
     */
    public @Nullable GateReport judge(Trainer learner) {
        if (!options.enabled()) {
            return null;
        }
        MetricTable candidate = comparison.candidateMetrics().recent();
        RecentMetrics live = comparison.liveMetrics();
        GateReport report =
                gate.judge(
                        candidate,
                        live == null ? null : live.recent(),
                        live == null ? null : serving.liveVersion());
        List<String> reasons = new ArrayList<>(suspicion());
        learner.notFinite().forEach(name -> reasons.add("parameter " + name + " is not finite"));
        if (reasons.isEmpty()) {
            return report;
        }
        reasons.addAll(report.reasons());
        return new GateReport(false, report.against(), reasons, report.slices());
    }

    /**
     * Labels on which the live version suddenly does far worse than when it was published are not
     * believed before they have lasted for a horizon: a learner follows wrong labels as readily as
     * true ones, and looks better than the live version for it.
     */
    private List<String> suspicion() {
        Serving.Published live = serving.live();
        RecentMetrics metrics = comparison.liveMetrics();
        if (live == null || metrics == null) {
            return List.of();
        }
        List<Double> now = gate.aucs(metrics.recent());
        List<String> reasons = new ArrayList<>();
        for (int task = 0; task < live.aucs().size(); task++) {
            if (now.get(task) < live.aucs().get(task) - options.aucShock()) {
                reasons.add(
                        String.format(
                                Locale.ROOT,
                                "%s: labels are suspect, AUC of live version %d is %.4f, was %.4f"
                                        + " when it was published",
                                spec.tasks().get(task).name(),
                                live.version(),
                                now.get(task),
                                live.aucs().get(task)));
            }
        }
        if (reasons.isEmpty()) {
            serving.suspectSinceMs = LearnerProgress.NEVER;
            return reasons;
        }
        if (serving.suspectSinceMs == LearnerProgress.NEVER) {
            serving.suspectSinceMs = progress.trainedMs;
        }
        long lastedMs = progress.trainedMs - serving.suspectSinceMs;
        return lastedMs >= options.horizon().toMillis() ? List.of() : reasons;
    }

    /** The candidate's AUC by task, for the record of the version that it becomes. */
    public List<Double> aucs() {
        return options.enabled() ? gate.aucs(comparison.candidateMetrics().recent()) : List.of();
    }

    /** Whether the learner as it is does worse than the live version. */
    public boolean worseThanLive() {
        RecentMetrics live = comparison.liveMetrics();
        return live != null
                && !gate.regressions(comparison.candidateMetrics().recent(), live.recent())
                        .isEmpty();
    }

    /** Whether the learner should go back to the live version, after too many rejections. */
    public boolean patienceLost() {
        return serving.worseInARow >= options.patience();
    }

    /** Whether it is time to look at the version on trial again. */
    public boolean looks() {
        return progress.steps % STEPS_BETWEEN_LOOKS == 0;
    }

    /**
     * Looks at the version on trial.
     *
     * @return where it does worse than the one before it; empty: nowhere, or nothing is on trial
     */
    public List<String> regressions() {
        RecentMetrics live = comparison.liveMetrics();
        RecentMetrics previous = comparison.previousMetrics();
        return live == null || previous == null
                ? List.of()
                : gate.regressions(live.recent(), previous.recent());
    }

    /** Whether the live version has been on trial for long enough. */
    public boolean trialOver() {
        return serving.previous() != null
                && progress.trainedMs - serving.liveSinceMs() >= options.trial().toMillis();
    }
}
