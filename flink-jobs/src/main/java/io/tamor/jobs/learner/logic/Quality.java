package io.tamor.jobs.learner.logic;

import io.tamor.model.config.ModelSpec;
import io.tamor.model.metric.MetricRow;
import io.tamor.model.metric.MetricWindows;
import io.tamor.model.network.MiniBatch;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Test-then-train quality per task, tier and scenario: since the beginning, and in windows of a day
 * (UTC) by the labels' maturity. A window closes when a label of a later one is scored, so windows
 * too depend on the samples alone. Memory: two tables of metrics.
 */
public final class Quality {
    /** Length of a window. */
    public static final Duration WINDOW = Duration.ofDays(1);

    private static final long NONE = Long.MIN_VALUE;

    private final MetricWindows windows;
    private final int tasks;
    private final long shownFromMs;
    private long firstMs = NONE;
    private long lastMs = NONE;

    /** A score from before the update. */
    @FunctionalInterface
    public interface Scores {
        float prediction(int row, int task);
    }

    public Quality(ModelSpec spec) {
        this(spec, NONE);
    }

    /** Counts the labels of impressions shown at a time (epoch milliseconds) or later alone. */
    public Quality(ModelSpec spec, long shownFromMs) {
        this.shownFromMs = shownFromMs;
        windows = new MetricWindows(spec, WINDOW, 1);
        tasks = spec.tasks().size();
    }

    /** Counts every final label of a batch; the samples are the batch's rows. */
    public void count(List<QueuedSample> samples, MiniBatch batch, Scores scores) {
        for (int row = 0; row < samples.size(); row++) {
            if (samples.get(row).impressionTimeMs() < shownFromMs) {
                continue;
            }
            long maturedMs = samples.get(row).maturedAtMs();
            firstMs = firstMs == NONE ? maturedMs : Math.min(firstMs, maturedMs);
            lastMs = Math.max(lastMs, maturedMs);
            for (int task = 0; task < tasks; task++) {
                float prediction = scores.prediction(row, task);
                // A score that is no number belongs to a step that is dropped, and counted there.
                if (!batch.masked(row, task) && Float.isFinite(prediction)) {
                    windows.add(
                            maturedMs,
                            task,
                            batch.tier(row),
                            batch.scenario(row),
                            prediction,
                            batch.label(row, task),
                            batch.weight(row, task));
                }
            }
        }
    }

    /** The windows closed since the last call. */
    public List<QualitySlice> takeClosed() {
        return slices(windows.takeClosed());
    }

    /** The windows closed since the last call, to be merged with those of other replicas. */
    public List<MetricWindows.MetricWindow> takeClosedWindows() {
        return windows.takeClosed();
    }

    /** The same after the open window is closed, since nothing more will come. */
    public List<MetricWindows.MetricWindow> closeAllWindows() {
        return windows.closeAll();
    }

    /** Closes the open window, since nothing more will come, and takes what is closed. */
    public List<QualitySlice> closeAll() {
        return slices(windows.closeAll());
    }

    /** Everything since the beginning. */
    public List<QualitySlice> cumulative() {
        return windows.total().rows().stream()
                .map(row -> new QualitySlice(row, true, firstMs, lastMs + 1))
                .toList();
    }

    /** The figures since the beginning. */
    public List<MetricRow> total() {
        return windows.total().rows();
    }

    private static List<QualitySlice> slices(List<MetricWindows.MetricWindow> closed) {
        List<QualitySlice> slices = new ArrayList<>();
        for (MetricWindows.MetricWindow window : closed) {
            window.rows()
                    .forEach(
                            row ->
                                    slices.add(
                                            new QualitySlice(
                                                    row, false, window.fromMs(), window.toMs())));
        }
        return slices;
    }

    /** Adds all that another one has counted, but for windows that it has closed. */
    public void merge(Quality other) {
        windows.merge(other.windows);
        if (other.firstMs != NONE) {
            firstMs = firstMs == NONE ? other.firstMs : Math.min(firstMs, other.firstMs);
            lastMs = Math.max(lastMs, other.lastMs);
        }
    }

    /** Writes all there is; windows closed and not taken must be taken first. */
    public void write(DataOutput out) throws IOException {
        out.writeLong(firstMs);
        out.writeLong(lastMs);
        windows.write(out);
    }

    /** Reads what {@link #write} wrote. */
    public void read(DataInput in) throws IOException {
        firstMs = in.readLong();
        lastMs = in.readLong();
        windows.read(in);
    }
}
