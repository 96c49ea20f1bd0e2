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
 * #lateCount} only. A label is counted once; the total is what windows that have closed leave
 * behind and, when it is asked for, the open ones. The content depends on the labels and their
 * order alone, never on a clock. Not thread-safe.
 */
public final class MetricWindows {
    private static final int VERSION = 2;

    /** Had the open windows in the total as well. */
    private static final int WITH_OPEN = 1;

    private final ModelSpec spec;
    private final long windowMs;
    private final int open;

    /** All but what is in open windows. */
    private final MetricTable past;

    private final NavigableMap<Long, MetricTable> windows = new TreeMap<>();
    private final List<MetricWindow> closed = new ArrayList<>();
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
        past = new MetricTable(spec);
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
        if (latest == null || eventTimeMs < latestFrom || eventTimeMs - latestFrom >= windowMs) {
            long from = Math.floorDiv(eventTimeMs, windowMs) * windowMs;
            if (windows.size() == open && from < windows.firstKey()) {
                past.add(task, tier, scenario, prediction, label, weight);
                lateCount++;
                return;
            }
            MetricTable window = window(from);
            closeOld();
            latest = window;
            latestFrom = from;
        }
        latest.add(task, tier, scenario, prediction, label, weight);
    }

    private MetricTable window(long from) {
        return windows.computeIfAbsent(from, start -> new MetricTable(spec));
    }

    private void closeOld() {
        while (windows.size() > open) {
            close(windows.pollFirstEntry());
        }
    }

    private void close(Map.Entry<Long, MetricTable> entry) {
        latest = null;
        long from = entry.getKey();
        past.merge(entry.getValue());
        closed.add(new MetricWindow(from, from + windowMs, entry.getValue()));
    }

    /** Everything since the beginning, in a table of its own. */
    public MetricTable total() {
        MetricTable total = new MetricTable(spec);
        total.merge(past);
        windows.values().forEach(total::merge);
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
        past.merge(other.past);
        lateCount += other.lateCount;
        other.windows.forEach((from, table) -> window(from).merge(table));
        closeOld();
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
        past.write(out);
        out.writeInt(windows.size());
        for (Map.Entry<Long, MetricTable> window : windows.entrySet()) {
            out.writeLong(window.getKey());
            window.getValue().write(out);
        }
    }

    /**
     * Replaces the content by what {@link #write} wrote for the same model and windows. The total
     * of version 1 had the open windows' labels in it: those windows begin anew.
     */
    public void read(DataInput in) throws IOException {
        int version = in.readInt();
        if (version != WITH_OPEN && version != VERSION) {
            throw new IOException(
                    "metrics: wanted version "
                            + WITH_OPEN
                            + " or "
                            + VERSION
                            + " of metric windows, found "
                            + version);
        }
        long length = in.readLong();
        if (length != windowMs) {
            throw new IOException(
                    "metrics: wanted windows of " + windowMs + " ms, found " + length);
        }
        MetricWire.expect(in, "open windows", open);
        lateCount = MetricWire.readCount(in);
        past.read(in);
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
            if (version != WITH_OPEN) {
                windows.put(from, table);
            }
        }
    }
}
