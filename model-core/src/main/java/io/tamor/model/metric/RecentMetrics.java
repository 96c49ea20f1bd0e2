package io.tamor.model.metric;

import io.tamor.model.config.ModelSpec;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Metrics per task and tier of the labels that became final recently: in panes of half a horizon,
 * of which the newest two are kept, so always between half a horizon and a whole one. Depends on
 * the labels and their order alone, never on a clock. Memory: two tables without scenarios. Not
 * thread-safe.
 */
public final class RecentMetrics {
    private static final int VERSION = 1;

    private final ModelSpec spec;
    private final long paneMs;
    private final NavigableMap<Long, MetricTable> panes = new TreeMap<>();

    /** The pane that was counted in last; null: look for it. */
    private @Nullable MetricTable latest;

    private long latestPane;

    /**
     * No metrics yet.
     *
     * @param horizon event time, at least 2 ms
     */
    public RecentMetrics(ModelSpec spec, Duration horizon) {
        if (horizon.toMillis() < 2) {
            throw new IllegalArgumentException("a horizon must be >= 2 ms, was " + horizon);
        }
        this.spec = spec;
        this.paneMs = horizon.toMillis() / 2;
    }

    /** Adds a scored label that became final at an event time; an old one no longer counts. */
    public void add(
            long eventTimeMs, int task, int tier, double prediction, double label, double weight) {
        long pane = Math.floorDiv(eventTimeMs, paneMs);
        if (latest != null && pane == latestPane) {
            latest.add(task, tier, MetricTable.ALL, prediction, label, weight);
            return;
        }
        if (panes.isEmpty() || pane >= panes.lastKey() - 1) {
            latest = pane(pane);
            latestPane = pane;
            latest.add(task, tier, MetricTable.ALL, prediction, label, weight);
        }
    }

    private MetricTable pane(long pane) {
        MetricTable table = panes.get(pane);
        if (table == null) {
            table = MetricTable.byTier(spec);
            panes.put(pane, table);
            panes.headMap(panes.lastKey() - 1).clear();
            latest = null;
        }
        return table;
    }

    /** All that is kept, in one table of its own. */
    public MetricTable recent() {
        MetricTable all = MetricTable.byTier(spec);
        panes.values().forEach(all::merge);
        return all;
    }

    /** Labels kept of a task over all tiers. */
    public long count(int task) {
        long count = 0;
        for (MetricTable pane : panes.values()) {
            count += pane.count(task);
        }
        return count;
    }

    /** Positive labels kept of a task over all tiers. */
    public long positives(int task) {
        long positives = 0;
        for (MetricTable pane : panes.values()) {
            positives += pane.positives(task);
        }
        return positives;
    }

    /** Adds all that another one of the same model and horizon keeps. */
    public void merge(RecentMetrics other) {
        if (other.paneMs != paneMs) {
            throw new IllegalArgumentException(
                    "metrics in panes of "
                            + other.paneMs
                            + " ms cannot be added to panes of "
                            + paneMs
                            + " ms");
        }
        other.panes.forEach(
                (pane, table) -> {
                    if (panes.isEmpty() || pane >= panes.lastKey() - 1) {
                        pane(pane).merge(table);
                    }
                });
    }

    /** Forgets everything. */
    public void clear() {
        panes.clear();
        latest = null;
    }

    /** Writes everything; version 1: int version, long pane ms, int panes, each long and table. */
    public void write(DataOutput out) throws IOException {
        out.writeInt(VERSION);
        out.writeLong(paneMs);
        out.writeInt(panes.size());
        for (Map.Entry<Long, MetricTable> pane : panes.entrySet()) {
            out.writeLong(pane.getKey());
            pane.getValue().write(out);
        }
    }

    /**
     * Replaces the content by what {@link #write} wrote for the same model. Panes of another length
     * are read and forgotten: another horizon begins anew.
     */
    public void read(DataInput in) throws IOException {
        MetricWire.expect(in, "version of recent metrics", VERSION);
        boolean same = in.readLong() == paneMs;
        int count = in.readInt();
        if (count < 0 || count > 2) {
            throw new IOException("metrics: wanted at most 2 panes, found " + count);
        }
        clear();
        for (int i = 0; i < count; i++) {
            long pane = in.readLong();
            MetricTable table = MetricTable.byTier(spec);
            table.read(in);
            if (same) {
                panes.put(pane, table);
            }
        }
    }
}
