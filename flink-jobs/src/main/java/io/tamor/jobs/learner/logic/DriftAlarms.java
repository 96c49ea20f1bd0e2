package io.tamor.jobs.learner.logic;

import io.tamor.model.config.Target;
import io.tamor.model.config.TaskSpec;
import io.tamor.model.metric.MetricRow;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How many alarms a drift monitor has raised, per task, tier and signal. */
public final class DriftAlarms {
    private static final int SIGNALS = DriftMonitor.Signal.values().length;

    private final List<TaskSpec> tasks;
    private final List<String> tiers;
    private final long[] counts;

    public DriftAlarms(List<TaskSpec> tasks, List<String> tiers) {
        this.tasks = tasks;
        this.tiers = tiers;
        counts = new long[tasks.size() * tiers.size() * SIGNALS];
    }

    /** All slices. */
    int slices() {
        return counts.length;
    }

    long count(int slice) {
        return counts[slice];
    }

    void count(int slice, long alarms) {
        counts[slice] = alarms;
    }

    void raise(int task, int tier, DriftMonitor.Signal signal) {
        counts[slice(task, tier, signal)]++;
    }

    /** Those of one task in one tier. */
    public long of(int task, int tier, DriftMonitor.Signal signal) {
        return counts[slice(task, tier, signal)];
    }

    /** Those of a metric's slice; null where nothing is watched: an amount, or one scenario. */
    public @Nullable Long of(MetricRow row, DriftMonitor.Signal signal) {
        if (!row.scenario().equals(MetricRow.ALL)) {
            return null;
        }
        for (int task = 0; task < tasks.size(); task++) {
            if (tasks.get(task).name().equals(row.task())) {
                return tasks.get(task).target() == Target.BINARY
                        ? sum(task, row.tier(), signal)
                        : null;
            }
        }
        return null;
    }

    private long sum(int task, String name, DriftMonitor.Signal signal) {
        long sum = 0;
        for (int tier = 0; tier < tiers.size(); tier++) {
            if (name.equals(MetricRow.ALL) || name.equals(tiers.get(tier))) {
                sum += of(task, tier, signal);
            }
        }
        return sum;
    }

    /** All of them. */
    public long total() {
        long sum = 0;
        for (long count : counts) {
            sum += count;
        }
        return sum;
    }

    /** Adds those of another monitor of the same model. */
    public void add(DriftAlarms other) {
        for (int i = 0; i < counts.length; i++) {
            counts[i] += other.counts[i];
        }
    }

    /** The place of a slice among all. */
    int slice(int task, int tier, DriftMonitor.Signal signal) {
        int place =
                switch (signal) {
                    case LOSS -> 0;
                    case CALIBRATION -> 1;
                };
        return (task * tiers.size() + tier) * SIGNALS + place;
    }

    /** Writes one count a slice, by task, tier and signal. */
    void write(DataOutput out) throws IOException {
        for (long count : counts) {
            out.writeLong(count);
        }
    }

    /** Reads what {@link #write} wrote for the same model. */
    void read(DataInput in) throws IOException {
        for (int i = 0; i < counts.length; i++) {
            counts[i] = in.readLong();
        }
    }
}
