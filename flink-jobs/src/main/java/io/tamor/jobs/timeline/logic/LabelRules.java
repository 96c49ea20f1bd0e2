package io.tamor.jobs.timeline.logic;

import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.config.LabelSetOptions;
import io.tamor.jobs.config.LabelSetOptions.Redemptions;
import io.tamor.jobs.config.TaskOptions;
import io.tamor.jobs.config.TaskOptions.Label;
import java.io.Serializable;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which tasks an impression has, when each label is final, and what it then is. A deadline is the
 * last instant of its window: events of that instant still count.
 */
final class LabelRules implements Serializable {
    /** Labels an investment makes. */
    static final Set<Label> INVESTED =
            EnumSet.of(Label.INVESTMENT, Label.LARGE_INVESTMENT, Label.AMOUNT);

    private static final double MINOR_PER_MAJOR = 100.0;

    private final TaskOptions[] tasks;
    private final boolean totals;
    private final boolean conversionRequiresClick;

    /** By label set, whether redemptions retract. */
    private final boolean[] retracts;

    private final boolean retractsAny;
    private final long[] windowsMs;

    /** Per scenario, whether each task exists there. */
    private final Map<Integer, boolean[]> existing = new HashMap<>();

    LabelRules(Deployment deployment) {
        List<TaskOptions> configured = deployment.tasks();
        this.tasks = configured.toArray(new TaskOptions[0]);
        this.totals = configured.stream().anyMatch(t -> t.label() == Label.USER_TOTAL);
        this.conversionRequiresClick = deployment.timeline().matching().conversionRequiresClick();
        List<LabelSetOptions> sets = deployment.timeline().labelSets();
        this.retracts = new boolean[sets.size()];
        for (int set = 0; set < retracts.length; set++) {
            retracts[set] = sets.get(set).redemptions() == Redemptions.RETRACT;
        }
        this.retractsAny = sets.stream().anyMatch(s -> s.redemptions() == Redemptions.RETRACT);
        this.windowsMs = configured.stream().mapToLong(t -> t.window().toMillis()).toArray();
        for (String scenario : deployment.scenarios()) {
            boolean[] exists = new boolean[tasks.length];
            for (int t = 0; t < tasks.length; t++) {
                exists[t] =
                        tasks[t].scenarios().isEmpty() || tasks[t].scenarios().contains(scenario);
            }
            existing.put(IdHash.ofName(scenario), exists);
        }
    }

    int taskCount() {
        return tasks.length;
    }

    String taskName(int task) {
        return tasks[task].name();
    }

    /** True where the task's label is of what a label set attributes to the impression. */
    boolean isAttributed(int task) {
        return INVESTED.contains(tasks[task].label());
    }

    /** True where the task has a label on the impression at all. */
    boolean applies(int task, PendingImpression impression) {
        boolean[] exists = existing.get(impression.scenario);
        return exists != null
                && exists[task]
                && (tasks[task].label() != Label.USER_TOTAL || impression.firstOfDay);
    }

    /** When the task's label is final. */
    long deadlineMs(int task, PendingImpression impression) {
        long end = impression.timeMs + windowsMs[task];
        return tasks[task].label() == Label.USER_TOTAL
                ? end
                : Math.min(end, impression.validUntilMs);
    }

    /** The first deadline after the time, Long.MAX_VALUE where none is left. */
    long nextDeadlineMs(PendingImpression impression, long afterMs) {
        long next = Long.MAX_VALUE;
        for (int t = 0; t < tasks.length; t++) {
            if (applies(t, impression)) {
                long deadline = deadlineMs(t, impression);
                if (deadline > afterMs && deadline < next) {
                    next = deadline;
                }
            }
        }
        return next;
    }

    /** When the last label is final; at once where there is none. */
    long lastDeadlineMs(PendingImpression impression) {
        long last = impression.timeMs;
        for (int t = 0; t < tasks.length; t++) {
            if (applies(t, impression)) {
                last = Math.max(last, deadlineMs(t, impression));
            }
        }
        return last;
    }

    /**
     * Last instant at which an outcome of these labels still counts. Where the impression has no
     * such task: the last deadline of its other tasks within its validity, so that a click counts
     * for attribution though nobody learns it.
     */
    long openUntilMs(PendingImpression impression, Set<Label> labels) {
        long own = -1;
        long other = impression.timeMs;
        for (int t = 0; t < tasks.length; t++) {
            if (applies(t, impression)) {
                long deadline = deadlineMs(t, impression);
                if (labels.contains(tasks[t].label())) {
                    own = Math.max(own, deadline);
                }
                other = Math.max(other, Math.min(deadline, impression.validUntilMs));
            }
        }
        return own >= 0 ? own : other;
    }

    /** Last instant at which an investment can still make a label; -1 where it can make none. */
    long investableUntilMs(PendingImpression impression) {
        long until = -1;
        for (int t = 0; t < tasks.length; t++) {
            if (INVESTED.contains(tasks[t].label()) && applies(t, impression)) {
                until = Math.max(until, deadlineMs(t, impression));
            }
        }
        return until;
    }

    /** Whether the impression's first conversion, which comes now, makes the label positive. */
    boolean conversionCounts(PendingImpression impression) {
        return impression.clicked || !conversionRequiresClick;
    }

    /**
     * Adds a subscription to the totals of what came before it. A redemption takes from the latest
     * subscriptions first: as far as they came after the impression, from its total.
     */
    void total(List<PendingImpression> pending, LabelEvent event) {
        if (!totals || (event.redemption() && !retractsAny)) {
            return;
        }
        for (PendingImpression impression : pending) {
            if (!impression.firstOfDay || event.timeMs() <= impression.timeMs) {
                continue;
            }
            impression.changed = true;
            if (event.redemption()) {
                impression.netTotalMinor =
                        Amounts.rest(impression.netTotalMinor, event.amountMinor());
                continue;
            }
            impression.totalMinor = Amounts.sum(impression.totalMinor, event.amountMinor());
            // Though none may retract: one that is appended goes on from here.
            impression.netTotalMinor = Amounts.sum(impression.netTotalMinor, event.amountMinor());
        }
    }

    /** The label at its deadline, given what happened until then. */
    float label(int task, PendingImpression impression, int set) {
        TaskOptions options = tasks[task];
        return switch (options.label()) {
            case CLICK -> impression.clicked ? 1 : 0;
            case CONVERSION -> impression.converted && impression.conversionCounts ? 1 : 0;
            case INVESTMENT -> impression.amountMinor(set) > 0 ? 1 : 0;
            case LARGE_INVESTMENT ->
                    impression.largestMinor(set) > options.thresholdMinor() ? 1 : 0;
            case AMOUNT -> (float) (impression.amountMinor(set) / MINOR_PER_MAJOR);
            case USER_TOTAL -> {
                long total = retracts[set] ? impression.netTotalMinor : impression.totalMinor;
                yield total > options.thresholdMinor() ? 1 : 0;
            }
        };
    }
}
