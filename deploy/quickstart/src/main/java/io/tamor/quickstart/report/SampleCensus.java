package io.tamor.quickstart.report;

import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.config.TaskOptions;
import io.tamor.jobs.io.CommittedRecords;
import io.tamor.schemas.Sample;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The samples topic: finished impressions, labels, amounts. */
final class SampleCensus {
    private final List<TaskOptions> tasks;
    private final @Nullable Oracle oracle;
    private final List<Long> windowStarts;
    private final Set<String> finished = new HashSet<>();
    private final Set<String> begun = new HashSet<>();
    private final TreeMap<Long, long[]> days = new TreeMap<>();
    private final long[] mature;
    private final long[] positive;
    private long lastStageCount;
    private long emittedCount;
    private long amountMinor;

    /** {@code windowStarts} are those of the learner's windows, rising. */
    SampleCensus(
            CommittedRecords topics,
            Deployment deployment,
            @Nullable Oracle oracle,
            List<Long> windowStarts) {
        this.tasks = deployment.tasks();
        this.oracle = oracle;
        this.windowStarts = windowStarts;
        this.mature = new long[tasks.size()];
        this.positive = new long[tasks.size()];
        topics.decoded(deployment.topics().samples(), Sample.class, this::add);
    }

    private void add(Sample sample) {
        emittedCount++;
        if (sample.getLastStage()) {
            lastStageCount++;
            amountMinor += sample.getAmountMinor();
            finished.add(sample.getImpressionId());
        } else {
            begun.add(sample.getImpressionId());
        }
        long maturedAt = sample.getMaturedAtMs();
        long[] day =
                days.computeIfAbsent(
                        Math.floorDiv(maturedAt, EventCensus.DAY_MS) * EventCensus.DAY_MS,
                        at -> new long[2 * tasks.size()]);
        for (int task = 0; task < tasks.size(); task++) {
            if (!sample.getMasks().get(task)) {
                continue;
            }
            boolean label = sample.getLabels().get(task) > 0;
            mature[task]++;
            day[2 * task]++;
            if (label) {
                positive[task]++;
                day[2 * task + 1]++;
            }
            if (oracle != null) {
                oracle.add(
                        sample.getImpressionId(), task, sample.getTier(), window(maturedAt), label);
            }
        }
    }

    /** Start of the learner's window that holds a maturity. */
    private long window(long maturedAtMs) {
        int low = 0;
        int high = windowStarts.size() - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            if (windowStarts.get(middle) <= maturedAtMs) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return low == 0 ? maturedAtMs : windowStarts.get(low - 1);
    }

    long lastStageCount() {
        return lastStageCount;
    }

    long emittedCount() {
        return emittedCount;
    }

    long amountMinor() {
        return amountMinor;
    }

    /** Impressions with a sample, but not yet their last. */
    Set<String> pending() {
        Set<String> pending = new HashSet<>(begun);
        pending.removeAll(finished);
        return pending;
    }

    /** Impressions with any sample. */
    Set<String> accepted() {
        Set<String> accepted = new HashSet<>(begun);
        accepted.addAll(finished);
        return accepted;
    }

    Map<String, RunReport.Labels> labels() {
        Map<String, RunReport.Labels> labels = new LinkedHashMap<>();
        for (int task = 0; task < tasks.size(); task++) {
            labels.put(tasks.get(task).name(), new RunReport.Labels(mature[task], positive[task]));
        }
        return labels;
    }

    List<RunReport.MaturedLabels> maturity() {
        List<RunReport.MaturedLabels> rows = new ArrayList<>();
        days.forEach(
                (at, counts) -> {
                    for (int task = 0; task < tasks.size(); task++) {
                        rows.add(
                                new RunReport.MaturedLabels(
                                        tasks.get(task).name(),
                                        at,
                                        counts[2 * task],
                                        counts[2 * task + 1]));
                    }
                });
        return rows;
    }
}
