package io.tamor.jobs.learner.logic;

import io.tamor.jobs.config.DriftOptions;
import io.tamor.model.config.ModelSpec;
import io.tamor.model.training.ModelValues;
import io.tamor.model.training.Trainer;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All that one learner among others keeps besides its users: trainer, metrics, progress, its part
 * in merging. It is stored by {@link LearnerStateWire} with the parts replica's times, progress,
 * metrics, trainer, replica, drift.
 *
 * <p>After a rescale each new replica goes on from the trainer of one former replica (index modulo
 * their number), optimiser state included. Counters, metrics and the last increment of each former
 * replica go to exactly one new one, so that sums stay what they were and nothing learned is lost:
 * the increments are merged as any other. Drift is watched anew, since each then sees other users.
 * A model that was trained alone becomes the base of all.
 */
public final class ReplicaState {
    private static final LearnerStateWire.Part UNREAD =
            new LearnerStateWire.Part(out -> {}, in -> {});

    private final Trainer trainer;
    private final Quality quality;
    private final LearnerProgress progress;
    private final Replica replica;
    private final DriftMonitor drift;
    private final List<Cut> inherited = new ArrayList<>();
    private @Nullable ModelValues base;
    private long mergedMs = LearnerProgress.NEVER;
    private long publishedMs = LearnerProgress.NEVER;

    private ReplicaState(
            Trainer trainer,
            Quality quality,
            LearnerProgress progress,
            Replica replica,
            DriftMonitor drift) {
        this.drift = drift;
        this.trainer = trainer;
        this.quality = quality;
        this.progress = progress;
        this.replica = replica;
    }

    /** A replica of a new model; the first one tells the base. */
    public static ReplicaState fresh(ModelSpec spec, int capacity, ReplicaName name) {
        Trainer trainer = new Trainer(spec, capacity);
        ReplicaState state =
                new ReplicaState(
                        trainer,
                        new Quality(spec),
                        new LearnerProgress(spec.tasks().size()),
                        new Replica(name, trainer, 0),
                        new DriftMonitor(spec, DriftOptions.COUNT_ONLY));
        state.base = name.index() == 0 ? state.replica.base() : null;
        return state;
    }

    /** A replica of a model that was trained alone, as its learner stored it. */
    public static ReplicaState ofAlone(
            byte[] stored, long featureSchema, ModelSpec spec, int capacity, ReplicaName name)
            throws IOException {
        Trainer trainer = new Trainer(spec, capacity);
        Quality quality = new Quality(spec);
        LearnerProgress progress = new LearnerProgress(spec.tasks().size());
        Serving serving = new Serving();
        LearnerStateWire.read(
                stored,
                featureSchema,
                new LearnerStateWire.Part(progress::write, progress::read),
                new LearnerStateWire.Part(quality::write, quality::read),
                new LearnerStateWire.Part(trainer::writeState, trainer::readState),
                UNREAD, // its drift monitor saw all users
                UNREAD, // where it started from is behind it
                UNREAD, // rows touched since the last version: no version here is a delta
                new LearnerStateWire.Part(serving::write, serving::read),
                UNREAD, // divergence and shadows are the gate's
                UNREAD);
        if (serving.live() != null && serving.liveVersion() != progress.version) {
            throw new IOException(
                    "learner state: the last version, "
                            + progress.version
                            + ", was rejected or taken back, version "
                            + serving.liveVersion()
                            + " is live; go on without learner.merge until a version is published,"
                            + " take a savepoint, and go on from there with learner.merge");
        }
        boolean first = name.index() == 0;
        LearnerProgress own = first ? progress : progress.timesOnly();
        ReplicaState state =
                new ReplicaState(
                        trainer,
                        first ? quality : new Quality(spec),
                        own,
                        new Replica(name, trainer, 0),
                        new DriftMonitor(spec, DriftOptions.COUNT_ONLY));
        state.base = first ? state.replica.base() : null;
        state.mergedMs = progress.passedMs;
        state.publishedMs = progress.snapshotMs;
        return state;
    }

    /** A replica from what all former ones stored. */
    public static ReplicaState restore(
            List<byte[]> stored, long featureSchema, ModelSpec spec, int capacity, ReplicaName name)
            throws IOException {
        List<ReplicaState> former = new ArrayList<>();
        for (byte[] bytes : stored) {
            former.add(read(bytes, featureSchema, spec, capacity));
        }
        former.sort(Comparator.comparingInt(state -> state.replica.name().index()));
        if (former.get(0).replica.name().of() == name.of()) {
            return former.get(name.index());
        }
        Trainer trainer = former.get(name.index() % former.size()).trainer;
        long lastCut =
                former.stream().mapToLong(state -> state.replica.cutNumber()).max().orElse(0);
        ReplicaState state =
                new ReplicaState(
                        trainer,
                        new Quality(spec),
                        new LearnerProgress(spec.tasks().size()),
                        // Above every cut that is still said for a former replica.
                        new Replica(name, trainer, lastCut + 1),
                        new DriftMonitor(spec, DriftOptions.COUNT_ONLY));
        for (ReplicaState other : former) {
            state.progress.keepTimesOf(other.progress);
            state.mergedMs = Math.max(state.mergedMs, other.mergedMs);
            state.publishedMs = Math.max(state.publishedMs, other.publishedMs);
            if (other.replica.name().index() % name.of() == name.index()) {
                state.progress.add(other.progress);
                state.quality.merge(other.quality);
                Cut remainder = other.replica.remainder();
                if (remainder != null) {
                    state.inherited.add(remainder);
                }
            }
        }
        return state;
    }

    private static ReplicaState read(
            byte[] stored, long featureSchema, ModelSpec spec, int capacity) throws IOException {
        Trainer trainer = new Trainer(spec, capacity);
        Quality quality = new Quality(spec);
        LearnerProgress progress = new LearnerProgress(spec.tasks().size());
        DriftMonitor drift = new DriftMonitor(spec, DriftOptions.COUNT_ONLY);
        Replica[] replica = new Replica[1];
        long[] times = new long[2];
        LearnerStateWire.read(
                stored,
                featureSchema,
                new LearnerStateWire.Part(
                        out -> {},
                        in -> {
                            times[0] = in.readLong();
                            times[1] = in.readLong();
                        }),
                new LearnerStateWire.Part(progress::write, progress::read),
                new LearnerStateWire.Part(quality::write, quality::read),
                new LearnerStateWire.Part(trainer::writeState, trainer::readState),
                new LearnerStateWire.Part(out -> {}, in -> replica[0] = Replica.read(in, trainer)),
                new LearnerStateWire.Part(drift::write, drift::read));
        ReplicaState state = new ReplicaState(trainer, quality, progress, replica[0], drift);
        state.mergedMs = times[0];
        state.publishedMs = times[1];
        return state;
    }

    /** What {@link #restore} reads; all that was inherited must have been reported. */
    public byte[] write(long featureSchema) {
        if (!inherited.isEmpty() || base != null) {
            throw new IllegalStateException("a replica is stored before its first report");
        }
        return LearnerStateWire.write(
                featureSchema,
                new LearnerStateWire.Part(this::writeTimes, in -> {}),
                new LearnerStateWire.Part(progress::write, progress::read),
                new LearnerStateWire.Part(quality::write, quality::read),
                new LearnerStateWire.Part(trainer::writeState, trainer::readState),
                new LearnerStateWire.Part(replica::write, (DataInput in) -> {}),
                new LearnerStateWire.Part(drift::write, drift::read));
    }

    private void writeTimes(DataOutput out) throws IOException {
        out.writeLong(mergedMs);
        out.writeLong(publishedMs);
    }

    /**
     * Whether event time has passed a multiple of {@code everyMs} since the last time it was asked
     * and had; every replica hears the same with the same checkpoint, since all have seen the same
     * watermark then.
     */
    public boolean mergeDue(long everyMs) {
        boolean due = passed(mergedMs, everyMs);
        mergedMs = due || mergedMs == LearnerProgress.NEVER ? progress.passedMs : mergedMs;
        return due;
    }

    /** The same for versions. */
    public boolean publishDue(long everyMs) {
        boolean due = passed(publishedMs, everyMs);
        publishedMs = due || publishedMs == LearnerProgress.NEVER ? progress.passedMs : publishedMs;
        return due;
    }

    private boolean passed(long lastMs, long everyMs) {
        return lastMs != LearnerProgress.NEVER
                && Math.floorDiv(progress.passedMs, everyMs) > Math.floorDiv(lastMs, everyMs);
    }

    /**
     * Says how far it is.
     *
     * @param cut whether to cut what was learned
     * @param last whether nothing will follow
     */
    public ReplicaReport report(
            boolean cut, boolean publish, boolean last, Map<String, Long> queued) {
        List<Cut> cuts = new ArrayList<>(inherited);
        Cut own = cut || last ? replica.cut(last) : null;
        if (own != null) {
            cuts.add(own);
        }
        ReplicaReport report = new ReplicaReport(publish, progress, quality, queued, base, cuts);
        inherited.clear();
        base = null;
        return report;
    }

    public Trainer trainer() {
        return trainer;
    }

    public Quality quality() {
        return quality;
    }

    public LearnerProgress progress() {
        return progress;
    }

    /** Its users' drift, which is counted only. */
    public DriftMonitor drift() {
        return drift;
    }

    public Replica replica() {
        return replica;
    }
}
