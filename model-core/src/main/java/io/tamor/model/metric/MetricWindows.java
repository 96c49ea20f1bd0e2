package io.tamor.model.metric;

import io.tamor.model.config.ModelSpec;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Metrics since the beginning and in tumbling windows of event time, aligned to the epoch. The
 * newest windows stay open; a label older than all of them counts in the total and in {@link
 * #lateCount} only. The content depends on the labels and their order alone, never on a clock. Not
 * thread-safe.
 */
public final class MetricWindows {
    private static final int VERSION = 1;

    private final ModelSpec spec;
    private final long windowMs;
    private final int open;
    private final MetricTable total;
    private final NavigableMap<Long, MetricTable> windows = new TreeMap<>();
    private final List<MetricWindow> closed = new ArrayList<>();
    private final ScoredLabel scored = new ScoredLabel();
    private long lateCount;

    /** The open window that was counted in last; null: look for it. */
    private @Nullable MetricTable latest;

    private long latestFrom;

    /**
     * A window's figures.
     *
     * @param fromMs its start, inclusive
     * @param toMs its end, exclusive
     * @param table all it has counted
     */
    public record MetricWindow(long fromMs, long toMs, MetricTable table) {
        /** Its figures. */
        public List<MetricRow> rows() {
            return table.rows();
        }
    }

    /**
     * No metrics yet.
     *
     * @param window length of a window, more than 0
     * @param open how many windows stay open, at least 1
     */
    public MetricWindows(ModelSpec spec, Duration window, int open) {
        if (window.toMillis() < 1 || open < 1) {
            throw new IllegalArgumentException(
                    "metric windows need a length > 0 and at least 1 open, were "
                            + window
                            + " and "
                            + open);
        }
        this.spec = spec;
        this.windowMs = window.toMillis();
        this.open = open;
        total = new MetricTable(spec);
    }

    /** Adds a scored label that became final at an event time; see {@link MetricTable#add}. */
    public void add(
            long eventTimeMs,
            int task,
            int tier,
            int scenario,
            double prediction,
            double label,
            double weight) {
        scored.set(spec.tasks().get(task).target(), prediction, label, weight);
        total.add(task, tier, scenario, scored);
        if (latest != null && eventTimeMs >= latestFrom && eventTimeMs - latestFrom < windowMs) {
            latest.add(task, tier, scenario, scored);
            return;
        }
        long from = Math.floorDiv(eventTimeMs, windowMs) * windowMs;
        if (windows.size() == open && from < windows.firstKey()) {
            lateCount++;
            return;
        }
        latest = window(from);
        latestFrom = from;
        latest.add(task, tier, scenario, scored);
    }

    private MetricTable window(long from) {
        MetricTable table = windows.get(from);
        if (table == null) {
            table = new MetricTable(spec);
            windows.put(from, table);
            while (windows.size() > open) {
                close(windows.pollFirstEntry());
            }
        }
        return table;
    }

    private void close(Map.Entry<Long, MetricTable> entry) {
        latest = null;
        long from = entry.getKey();
        closed.add(new MetricWindow(from, from + windowMs, entry.getValue()));
    }

    /** Everything since the beginning. */
    public MetricTable total() {
        return total;
    }

    /** The open windows by their start. */
    public NavigableMap<Long, MetricTable> openWindows() {
        return Collections.unmodifiableNavigableMap(windows);
    }

    /** The windows closed since the last call, in the order in which they closed. */
    public List<MetricWindow> takeClosed() {
        List<MetricWindow> taken = List.copyOf(closed);
        closed.clear();
        return taken;
    }

    /** Closes every window, since nothing more will come, and takes what is closed. */
    public List<MetricWindow> closeAll() {
        while (!windows.isEmpty()) {
            close(windows.pollFirstEntry());
        }
        return takeClosed();
    }

    /** Labels that came after their window had closed. */
    public long lateCount() {
        return lateCount;
    }

    /**
     * Adds all that another one of the same model and windows has seen and not closed. A window
     * older than those that stay open closes with what the other one had.
     */
    public void merge(MetricWindows other) {
        if (other.windowMs != windowMs || other.open != open) {
            throw new IllegalArgumentException(
                    "metric windows of "
                            + other.windowMs
                            + " ms, "
                            + other.open
                            + " open, cannot be added to windows of "
                            + windowMs
                            + " ms, "
                            + open
                            + " open");
        }
        total.merge(other.total);
        lateCount += other.lateCount;
        other.windows.forEach((from, table) -> window(from).merge(table));
    }

    /** Writes everything; windows closed and not taken must be taken first. */
    public void write(DataOutput out) throws IOException {
        if (!closed.isEmpty()) {
            throw new IllegalStateException(
                    closed.size() + " closed metric windows are not taken; take them first");
        }
        out.writeInt(VERSION);
        out.writeLong(windowMs);
        out.writeInt(open);
        out.writeLong(lateCount);
        total.write(out);
        out.writeInt(windows.size());
        for (Map.Entry<Long, MetricTable> window : windows.entrySet()) {
            out.writeLong(window.getKey());
            window.getValue().write(out);
        }
    }

    /** Replaces the content by what {@link #write} wrote for the same model and windows. */
    public void read(DataInput in) throws IOException {
        MetricWire.expect(in, "version of metric windows", VERSION);
        long length = in.readLong();
        if (length != windowMs) {
            throw new IOException(
                    "metrics: wanted windows of " + windowMs + " ms, found " + length);
        }
        MetricWire.expect(in, "open windows", open);
        lateCount = MetricWire.readCount(in);
        total.read(in);
        windows.clear();
        latest = null;
        closed.clear();
        int count = in.readInt();
        if (count < 0 || count > open) {
            throw new IOException("metrics: wanted at most " + open + " windows, found " + count);
        }
        for (int i = 0; i < count; i++) {
            long from = in.readLong();
            MetricTable table = new MetricTable(spec);
            table.read(in);
            windows.put(from, table);
        }
    }
}
