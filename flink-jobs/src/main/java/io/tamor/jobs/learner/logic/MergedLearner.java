package io.tamor.jobs.learner.logic;

import io.tamor.jobs.io.FormVersion;
import io.tamor.model.config.ModelSpec;
import io.tamor.model.metric.MetricTable;
import io.tamor.model.training.ModelMerge;
import io.tamor.model.training.ModelValues;
import io.tamor.model.training.Trainer;
import java.io.ByteArrayInputStream;
import java.io.DataInput;
import java.io.DataInputStream;
import java.io.DataOutput;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The learner as a whole, from what its replicas report: the merged model, the sums of their
 * counters, their metrics together, what is served. State: merged model and what stands beside it,
 * cuts that wait, last sums, open windows; a replica's report is none, since each replica reports
 * with the first checkpoint after a start. Not thread-safe.
 */
public final class MergedLearner {
    /** Windows of metrics that wait for replicas which have not passed them. */
    private static final int MOST_OPEN_WINDOWS = 3;

    private static final int VERSION = 2;
    private static final int FIRST_VERSION = 1;

    private final ModelSpec spec;
    private final Duration horizon;
    private final MergeRounds rounds;
    private final Trainer model;
    private final @Nullable ReplicaReport[] reports;
    private final long[] passedWindows;
    private final SortedMap<Long, MetricTable> windows = new TreeMap<>();
    private LearnerProgress progress;
    private boolean news;

    /**
     * A whole of so many replicas.
     *
     * @param horizon of what is compared
     */
    public MergedLearner(ModelSpec spec, int replicas, ModelMerge merge, Duration horizon) {
        this.spec = spec;
        this.horizon = horizon;
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
        if (report.founding() != null) {
            rounds.base(report.founding().base());
            rounds.stand(report.founding().standing());
            model.become(report.founding().base());
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
        if (progress.snapshotMs != LearnerProgress.NEVER) {
            sum.snapshotMs = progress.snapshotMs;
            sum.snapshotSamples = progress.snapshotSamples;
        }
        progress = sum;
    }

    /** Whether every replica has reported since the start. */
    public boolean complete() {
        return Arrays.stream(reports).allMatch(report -> report != null);
    }

    /** Merges the cuts that are there; false where there are none. */
    public boolean merge() {
        MergedModel merged = rounds.close();
        if (merged == null) {
            return false;
        }
        model.become(merged.values());
        rounds.stand(rounds.standing().at(moment()));
        news = true;
        return true;
    }

    /**
     * What replicas are to load: the model and what stands beside it; null where nothing is new.
     */
    public @Nullable MergedModel takeNews() {
        MergedModel last = news ? rounds.last() : null;
        news = false;
        return last;
    }

    /** Makes a round of what has changed, if nothing was merged. */
    private void tell() {
        if (!news) {
            rounds.next();
            news = true;
        }
    }

    private long moment() {
        return reports().mapToLong(ReplicaReport::moment).max().orElse(0);
    }

    private Stream<ReplicaReport> reports() {
        return Arrays.stream(reports).filter(report -> report != null);
    }

    /** Whether anything was trained since the last version. */
    public boolean unpublished() {
        return complete() && progress.samples > progress.snapshotSamples;
    }

    /**
     * What has been scored since the live version was loaded, by those who have loaded it; where
     * nobody has, what they have scored themselves.
     */
    public Comparison comparison() {
        Standing standing = rounds.standing();
        if (!compares()) {
            ComparedMetrics own = ComparedMetrics.none(spec, horizon, false, false);
            reports()
                    .filter(this::hasHeardOfReturn)
                    .forEach(report -> own.add(report.comparison()));
            return own;
        }
        ComparedMetrics sum =
                ComparedMetrics.none(
                        spec, horizon, standing.live() != null, standing.previous() != null);
        comparing().forEach(report -> sum.add(report.comparison()));
        return sum;
    }

    /** Whether anybody has scored with what is live. */
    public boolean compares() {
        return comparing().findAny().isPresent();
    }

    private Stream<ReplicaReport> comparing() {
        Standing standing = rounds.standing();
        return reports()
                .filter(this::hasHeardOfReturn)
                .filter(report -> report.liveVersion() == standing.liveVersion())
                .filter(
                        report ->
                                standing.previous() == null
                                        || report.previousVersion() == standing.previousVersion());
    }

    /** Whether every replica has heard of the last return, so that none learns what is void. */
    public boolean together() {
        return complete() && reports().allMatch(this::hasHeardOfReturn);
    }

    private boolean hasHeardOfReturn(ReplicaReport report) {
        return report.round() >= rounds.standing().returnRound();
    }

    /** The replicas whose loss has run away on what is not void already. */
    public List<Integer> diverged() {
        List<Integer> diverged = new ArrayList<>();
        for (int replica = 0; replica < reports.length; replica++) {
            ReplicaReport report = reports[replica];
            if (report != null && report.diverged() && hasHeardOfReturn(report)) {
                diverged.add(replica);
            }
        }
        return diverged;
    }

    /**
     * The merged model is live as a version.
     *
     * @param onTrial whether the version before it is still compared
     */
    public void published(long version, boolean onTrial) {
        Standing before = rounds.standing();
        ModelValues values = rounds.values();
        if (values == null) {
            throw new IllegalStateException("version " + version + " is made of no model");
        }
        rounds.stand(
                new Standing(
                        before.moment(),
                        new Served(version, before.moment(), values),
                        onTrial ? before.live() : null,
                        before.returnRound()));
        model.touchedRows().clear();
    }

    /** The version before the live one is live again. */
    public void rolledBack() {
        tell();
        Standing before = rounds.standing();
        rounds.stand(new Standing(before.moment(), before.previous(), null, before.returnRound()));
    }

    /** The live version has proved itself. */
    public void trialOver() {
        tell();
        Standing before = rounds.standing();
        rounds.stand(new Standing(before.moment(), before.live(), null, before.returnRound()));
    }

    /** All go back to the live version. */
    public void goBack() {
        tell();
        rounds.goBack();
        ModelValues values = rounds.values();
        if (values != null) {
            model.become(values);
        }
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

    /** Alarms of drift, each replica's for its users. */
    public DriftAlarms alarms() {
        DriftAlarms all = new DriftAlarms(spec.tasks(), spec.input().tiers());
        reports().forEach(report -> all.add(report.alarms()));
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

    /** Version 2: int version, progress, rounds, windows, touched rows; 1 had no touched rows. */
    public void write(DataOutput out) throws IOException {
        out.writeInt(VERSION);
        progress.write(out);
        rounds.write(out);
        out.writeInt(windows.size());
        for (Map.Entry<Long, MetricTable> window : windows.entrySet()) {
            out.writeLong(window.getKey());
            window.getValue().write(out);
        }
        model.touchedRows().write(out);
    }

    /** Reads what {@link #write} wrote. */
    public void read(DataInput in) throws IOException {
        int version = FormVersion.require("merger state", FIRST_VERSION, VERSION, in.readInt());
        if (version == FIRST_VERSION) {
            in.readBoolean(); // whether a version was asked for
        }
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
        if (version > FIRST_VERSION) {
            model.touchedRows().read(in);
        }
    }
}
