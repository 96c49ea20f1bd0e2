package io.tamor.jobs.learner.logic;

import io.tamor.model.config.ModelSpec;
import io.tamor.model.metric.MetricTable;
import io.tamor.model.training.ModelMerge;
import io.tamor.model.training.Trainer;
import java.io.ByteArrayInputStream;
import java.io.DataInput;
import java.io.DataInputStream;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The learner as a whole, from what its replicas report: the merged model, the sums of their
 * counters, their metrics together. State: merged model, cuts that wait, last sums, open windows; a
 * replica's report is none, since each replica reports with the first checkpoint after a start. Not
 * thread-safe.
 */
public final class MergedLearner {
    /** Windows of metrics that wait for replicas which have not passed them. */
    private static final int MOST_OPEN_WINDOWS = 3;

    private static final int VERSION = 1;

    private final ModelSpec spec;
    private final MergeRounds rounds;
    private final Trainer model;
    private final @Nullable ReplicaReport[] reports;
    private final long[] passedWindows;
    private final SortedMap<Long, MetricTable> windows = new TreeMap<>();
    private LearnerProgress progress;
    private boolean publishAsked;

    /** A whole of so many replicas. */
    public MergedLearner(ModelSpec spec, int replicas, ModelMerge merge) {
        this.spec = spec;
        this.rounds = new MergeRounds(merge);
        this.model = new Trainer(spec, 1);
        this.reports = new ReplicaReport[replicas];
        this.passedWindows = new long[replicas];
        Arrays.fill(passedWindows, Long.MIN_VALUE);
        this.progress = new LearnerProgress(spec.tasks().size());
    }

    /** Takes a replica's report in place of its last one. */
    public void take(int replica, ReplicaReport report) {
        reports[replica] = report;
        publishAsked |= report.publish();
        if (report.base() != null) {
            rounds.base(report.base());
        }
        report.cuts().forEach(rounds::add);
        sum();
    }

    private void sum() {
        if (!complete()) {
            return;
        }
        LearnerProgress sum = new LearnerProgress(spec.tasks().size());
        for (ReplicaReport report : reports) {
            if (report != null) {
                sum.add(report.progress());
            }
        }
        // What concerns versions is said here, but for a model that was trained alone before.
        if (progress.version >= sum.version) {
            sum.version = progress.version;
            sum.manifestSha256 = progress.manifestSha256;
        }
        sum.snapshotMs = progress.snapshotMs;
        sum.snapshotSamples = progress.snapshotSamples;
        progress = sum;
    }

    /** Whether every replica has reported since the start. */
    public boolean complete() {
        return Arrays.stream(reports).allMatch(report -> report != null);
    }

    /** Merges the cuts that are there; null where none are. */
    public @Nullable MergedModel merge() {
        MergedModel merged = rounds.close();
        if (merged != null) {
            model.become(merged.values());
        }
        return merged;
    }

    /** Whether a version is due that would hold anything new. */
    public boolean publishDue() {
        return publishAsked && complete() && progress.samples > progress.snapshotSamples;
    }

    /** Whether anything was trained since the last version. */
    public boolean unpublished() {
        return complete() && progress.samples > progress.snapshotSamples;
    }

    /** A version has been made. */
    public void published() {
        publishAsked = false;
    }

    /** Metrics since the beginning, of all replicas. */
    public Quality quality() {
        Quality all = new Quality(spec);
        for (ReplicaReport report : reports) {
            if (report != null) {
                all.merge(report.quality());
            }
        }
        return all;
    }

    /** Where to read on after what all replicas have trained, by topic-partition. */
    public Map<String, Long> sources() {
        Map<String, Long> sources = new TreeMap<>(progress.offsets);
        for (ReplicaReport report : reports) {
            if (report != null) {
                report.queued()
                        .forEach((partition, first) -> sources.merge(partition, first, Math::min));
            }
        }
        return sources;
    }

    /** Takes a window of metrics that a replica has closed; returns those that all have passed. */
    public List<QualitySlice> window(int replica, long fromMs, byte[] table) throws IOException {
        MetricTable read = new MetricTable(spec);
        read.read(new DataInputStream(new ByteArrayInputStream(table)));
        windows.computeIfAbsent(fromMs, start -> new MetricTable(spec)).merge(read);
        passedWindows[replica] = Math.max(passedWindows[replica], fromMs);
        long passed = Arrays.stream(passedWindows).min().orElse(Long.MIN_VALUE);
        List<QualitySlice> closed = new ArrayList<>();
        while (!windows.isEmpty()
                && (windows.firstKey() <= passed || windows.size() > MOST_OPEN_WINDOWS)) {
            closed.addAll(close(windows.firstKey()));
        }
        return closed;
    }

    /** Closes every window, since nothing more will come. */
    public List<QualitySlice> closeWindows() {
        List<QualitySlice> closed = new ArrayList<>();
        while (!windows.isEmpty()) {
            closed.addAll(close(windows.firstKey()));
        }
        return closed;
    }

    private Collection<QualitySlice> close(long fromMs) {
        MetricTable table = windows.remove(fromMs);
        long toMs = fromMs + Quality.WINDOW.toMillis();
        return table == null
                ? List.of()
                : table.rows().stream()
                        .map(row -> new QualitySlice(row, false, fromMs, toMs))
                        .toList();
    }

    /** The merged model, as of the last round. */
    public Trainer model() {
        return model;
    }

    /** Sums of the replicas' counters, and the last version. */
    public LearnerProgress progress() {
        return progress;
    }

    public MergeRounds rounds() {
        return rounds;
    }

    /** Writes version, whether a version is asked for, progress, rounds, windows. */
    public void write(DataOutput out) throws IOException {
        out.writeInt(VERSION);
        out.writeBoolean(publishAsked);
        progress.write(out);
        rounds.write(out);
        out.writeInt(windows.size());
        for (Map.Entry<Long, MetricTable> window : windows.entrySet()) {
            out.writeLong(window.getKey());
            window.getValue().write(out);
        }
    }

    /** Reads what {@link #write} wrote. */
    public void read(DataInput in) throws IOException {
        int version = in.readInt();
        if (version != VERSION) {
            throw new IOException(
                    "merger state: this build reads version " + VERSION + ", found " + version);
        }
        publishAsked = in.readBoolean();
        progress.read(in);
        rounds.read(in);
        if (rounds.values() != null) {
            model.become(rounds.values());
        }
        windows.clear();
        for (int left = in.readInt(); left > 0; left--) {
            long fromMs = in.readLong();
            MetricTable table = new MetricTable(spec);
            table.read(in);
            windows.put(fromMs, table);
        }
    }
}
