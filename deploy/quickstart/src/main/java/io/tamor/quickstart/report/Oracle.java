package io.tamor.quickstart.report;

import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.config.TaskOptions;
import io.tamor.quickstart.simulator.Truth;
import io.tamor.quickstart.simulator.TruthFile;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** How well the true probabilities rank the very labels that the model was scored on. */
final class Oracle {
    private final Map<String, Truth> truths = new HashMap<>();
    private final List<TaskOptions> tasks;

    /** Scores by task, tier and the start of a window; whole runs under {@link #WHOLE}. */
    private final Map<String, TreeMap<Long, ScoredLabels>> scored = new HashMap<>();

    private static final long WHOLE = Long.MIN_VALUE;

    Oracle(Deployment deployment, Path truth) {
        this.tasks = deployment.tasks();
        TruthFile.read(truth, row -> truths.put(row.impressionId(), row));
    }

    /** Adds a label that became final; {@code windowMs} is the start of its window. */
    void add(String impressionId, int task, String tier, long windowMs, boolean label) {
        Truth truth = truths.get(impressionId);
        if (truth == null) {
            return;
        }
        TaskOptions options = tasks.get(task);
        double score =
                switch (options.label()) {
                    case CLICK -> truth.click();
                    case CONVERSION -> truth.conversion();
                    case INVESTMENT -> truth.investment();
                    case LARGE_INVESTMENT -> truth.largeInvestment();
                    case USER_TOTAL -> truth.userTotal();
                    case AMOUNT -> truth.expectedYuan();
                };
        for (String slice : List.of("all", tier)) {
            TreeMap<Long, ScoredLabels> windows =
                    scored.computeIfAbsent(options.name() + "/" + slice, key -> new TreeMap<>());
            windows.computeIfAbsent(WHOLE, at -> new ScoredLabels()).add(score, label);
            windows.computeIfAbsent(windowMs, at -> new ScoredLabels()).add(score, label);
        }
    }

    @Nullable Double auc(String task, String tier) {
        return auc(task, tier, WHOLE);
    }

    @Nullable Double auc(String task, String tier, long windowMs) {
        TreeMap<Long, ScoredLabels> windows = scored.get(task + "/" + tier);
        ScoredLabels labels = windows == null ? null : windows.get(windowMs);
        double auc = labels == null ? Double.NaN : labels.auc();
        return Double.isNaN(auc) ? null : auc;
    }
}
