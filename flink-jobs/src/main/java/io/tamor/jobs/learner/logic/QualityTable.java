package io.tamor.jobs.learner.logic;

import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.config.TaskOptions;
import io.tamor.model.metric.BinaryMetrics;
import io.tamor.model.network.MiniBatch;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Metrics by task, tier and scenario, each with an "all"; slices nobody was in take no memory. */
final class QualityTable {
    private static final String ALL = "all";

    private final List<TaskOptions> tasks;
    private final List<String> tiers;
    private final List<String> scenarios;
    private final @Nullable BinaryMetrics[] cells;

    QualityTable(Deployment deployment) {
        tasks = deployment.tasks();
        tiers = deployment.tiers().names();
        scenarios = deployment.scenarios();
        cells = new BinaryMetrics[tasks.size() * (tiers.size() + 1) * (scenarios.size() + 1)];
    }

    void add(MiniBatch batch, int row, Quality.Scores scores) {
        for (int task = 0; task < tasks.size(); task++) {
            float prediction = scores.prediction(row, task);
            if (batch.masked(row, task) || !Float.isFinite(prediction)) {
                continue;
            }
            boolean positive = batch.label(row, task) > 0;
            float weight = batch.weight(row, task);
            for (int tier : new int[] {batch.tier(row), tiers.size()}) {
                for (int scenario : new int[] {batch.scenario(row), scenarios.size()}) {
                    cell(index(task, tier, scenario)).add(prediction, positive, weight);
                }
            }
        }
    }

    List<QualitySlice> slices(boolean cumulative, long fromMs, long toMs) {
        List<QualitySlice> slices = new ArrayList<>();
        for (int task = 0; task < tasks.size(); task++) {
            for (int tier = 0; tier <= tiers.size(); tier++) {
                for (int scenario = 0; scenario <= scenarios.size(); scenario++) {
                    BinaryMetrics cell = cells[index(task, tier, scenario)];
                    if (cell != null) {
                        slices.add(
                                new QualitySlice(
                                        tasks.get(task).name(),
                                        tier == tiers.size() ? ALL : tiers.get(tier),
                                        scenario == scenarios.size()
                                                ? ALL
                                                : scenarios.get(scenario),
                                        cumulative,
                                        fromMs,
                                        toMs,
                                        cell.count(),
                                        cell.positives(),
                                        defined(cell.auc()),
                                        defined(cell.logLoss()),
                                        defined(cell.normalizedEntropy()),
                                        defined(cell.calibration())));
                    }
                }
            }
        }
        return slices;
    }

    void clear() {
        java.util.Arrays.fill(cells, null);
    }

    void write(DataOutput out) throws IOException {
        out.writeInt(cells.length);
        for (BinaryMetrics cell : cells) {
            out.writeBoolean(cell != null);
            if (cell != null) {
                cell.write(out);
            }
        }
    }

    void read(DataInput in) throws IOException {
        int found = in.readInt();
        if (found != cells.length) {
            throw new IOException(
                    "metrics: wanted "
                            + cells.length
                            + " slices of tasks, tiers and scenarios as configured, found "
                            + found);
        }
        for (int i = 0; i < cells.length; i++) {
            cells[i] = in.readBoolean() ? BinaryMetrics.read(in) : null;
        }
    }

    private BinaryMetrics cell(int index) {
        BinaryMetrics cell = cells[index];
        if (cell == null) {
            cell = new BinaryMetrics();
            cells[index] = cell;
        }
        return cell;
    }

    private int index(int task, int tier, int scenario) {
        return (task * (tiers.size() + 1) + tier) * (scenarios.size() + 1) + scenario;
    }

    private static @Nullable Double defined(double value) {
        return Double.isFinite(value) ? value : null;
    }
}
