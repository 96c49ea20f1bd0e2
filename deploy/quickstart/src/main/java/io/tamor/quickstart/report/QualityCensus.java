package io.tamor.quickstart.report;

import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.io.CommittedRecords;
import io.tamor.schemas.LearnerMetrics;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The metrics topic: the newest cumulative quality of each slice, and every window. */
final class QualityCensus {
    private static final String ALL = "all";

    private final List<String> tasks;
    private final List<String> tiers = new ArrayList<>();
    private final Map<String, LearnerMetrics> cumulative = new LinkedHashMap<>();
    private final Map<String, TreeMap<Long, LearnerMetrics>> windows = new LinkedHashMap<>();
    private @Nullable LearnerMetrics newest;

    QualityCensus(CommittedRecords topics, Deployment deployment) {
        this.tasks = deployment.tasks().stream().map(task -> task.name()).toList();
        tiers.add(ALL);
        tiers.addAll(deployment.tiers().names());
        topics.decoded(deployment.topics().metrics(), LearnerMetrics.class, this::add);
    }

    private void add(LearnerMetrics metrics) {
        if (newest == null || metrics.getSamples() >= newest.getSamples()) {
            newest = metrics;
        }
        if (!metrics.getScenario().equals(ALL)) {
            return;
        }
        String slice = metrics.getTask() + "/" + metrics.getTier();
        if (metrics.getCumulative()) {
            cumulative.merge(
                    slice,
                    metrics,
                    (old, young) -> young.getCount() >= old.getCount() ? young : old);
        } else {
            windows.computeIfAbsent(slice, key -> new TreeMap<>())
                    .put(metrics.getFromMs(), metrics);
        }
    }

    long samples() {
        return newest == null ? 0 : newest.getSamples();
    }

    long steps() {
        return newest == null ? 0 : newest.getSteps();
    }

    long droppedSteps() {
        return newest == null ? 0 : newest.getDroppedSteps();
    }

    /** Where windows begin, rising. */
    List<Long> windowStarts() {
        return windows.values().stream()
                .flatMap(slice -> slice.keySet().stream())
                .distinct()
                .sorted()
                .toList();
    }

    List<RunReport.Quality> cumulative(@Nullable Oracle oracle, Map<String, Double> reference) {
        List<RunReport.Quality> rows = new ArrayList<>();
        forEachSlice(
                (task, tier) -> {
                    LearnerMetrics metrics = cumulative.get(task + "/" + tier);
                    if (metrics != null) {
                        rows.add(
                                row(
                                        metrics,
                                        oracle == null ? null : oracle.auc(task, tier),
                                        tier.equals(ALL) ? reference.get(task) : null));
                    }
                });
        return rows;
    }

    List<RunReport.Quality> windows(@Nullable Oracle oracle) {
        List<RunReport.Quality> rows = new ArrayList<>();
        forEachSlice(
                (task, tier) -> {
                    TreeMap<Long, LearnerMetrics> slice = windows.get(task + "/" + tier);
                    if (slice != null) {
                        slice.forEach(
                                (from, metrics) ->
                                        rows.add(
                                                row(
                                                        metrics,
                                                        oracle == null
                                                                ? null
                                                                : oracle.auc(task, tier, from),
                                                        null)));
                    }
                });
        return rows;
    }

    private interface SliceReader {
        void accept(String task, String tier);
    }

    private void forEachSlice(SliceReader reader) {
        for (String task : tasks) {
            for (String tier : tiers) {
                reader.accept(task, tier);
            }
        }
    }

    private static RunReport.Quality row(
            LearnerMetrics metrics, @Nullable Double oracleAuc, @Nullable Double referenceAuc) {
        return new RunReport.Quality(
                metrics.getTask(),
                metrics.getTier(),
                metrics.getCount(),
                metrics.getPositives(),
                metrics.getAuc(),
                metrics.getLogLoss(),
                metrics.getNormalizedEntropy(),
                metrics.getCalibration(),
                oracleAuc,
                referenceAuc,
                metrics.getFromMs(),
                metrics.getToMs());
    }
}
