package io.tamor.jobs.learner.logic;

import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.config.GateOptions;
import io.tamor.jobs.config.MergeOptions;
import io.tamor.model.config.ModelSpec;
import io.tamor.model.snapshot.Origin;
import io.tamor.model.training.Trainer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All that one learner among others keeps besides its users: trainer, metrics, progress, its part
 * in merging and in judging. It is stored by {@link LearnerStateWire} with the parts time of the
 * last merge, progress, metrics, trainer, replica, drift, moments, divergence, shadows.
 *
 * <p>After a rescale each new replica goes on from the trainer of one former replica (index modulo
 * their number), optimiser state included. Counters, metrics and the last increment of each former
 * replica go to exactly one new one, so that sums stay what they were and nothing learned is lost:
 * the increments are merged as any other. Of what is served each knows what the one knew that was
 * furthest behind. Drift is watched anew, since each then sees other users. A model that was
 * trained alone becomes the base of all, and what it compared goes on.
 */
public final class ReplicaState {
    private static final LearnerStateWire.Part UNREAD =
            new LearnerStateWire.Part(out -> {}, in -> {});

    private final Trainer trainer;
    private final Quality quality;
    private final LearnerProgress progress;
    private final DriftMonitor drift;
    private final Divergence divergence;
    private final Shadows shadows;
    private final ReplicaMoments moments = new ReplicaMoments();
    private final boolean judged;
    private final List<Cut> inherited = new ArrayList<>();
    private Replica replica;
    private @Nullable Founding founding;
    private long mergedMs = LearnerProgress.NEVER;
    private boolean diverged;

    private ReplicaState(Deployment deployment, ReplicaName name) {
        ModelSpec spec = ModelSpecs.of(deployment);
        GateOptions gate = deployment.snapshots().gate();
        int capacity = deployment.learner().ownBatch();
        judged = gate.enabled();
        trainer = new Trainer(spec, capacity);
        quality = new Quality(spec);
        progress = new LearnerProgress(spec.tasks().size());
        drift = new DriftMonitor(spec, deployment.learner().drift());
        divergence = new Divergence(gate.divergenceFactor(), gate.divergenceSteps());
        shadows = new Shadows(spec, capacity, gate.horizon());
        replica = new Replica(name, trainer, 0, 0);
    }

    /** Gives a new trainer the parameters to start from. */
    @FunctionalInterface
    public interface Start {
        @Nullable Origin takeOver(Trainer trainer) throws IOException;
    }

    /** A replica of a new model; the first one tells the base. */
    public static ReplicaState fresh(Deployment deployment, ReplicaName name, Start start)
            throws IOException {
        ReplicaState state = new ReplicaState(deployment, name);
        Serving serving = new Serving();
        serving.startedFrom(start.takeOver(state.trainer));
        state.replica = new Replica(name, state.trainer, 0, 0);
        if (name.index() == 0) {
            state.founding = new Founding(state.replica.base(), serving, Standing.NONE);
        }
        return state;
    }

    /**
     * A replica of a model that was trained alone.
     *
     * @param stored by its learner
     * @param start reads where that one started from
     * @param versions has the versions beside it where the first replica is; the others learn of
     *     them with the first merged model
     */
    public static ReplicaState ofAlone(
            List<byte[]> stored,
            Deployment deployment,
            ReplicaName name,
            LearnerStateWire.Part start,
            ShadowStore versions)
            throws Exception {
        ReplicaState state = new ReplicaState(deployment, name);
        Serving serving = new Serving();
        LearnerProgress alone = new LearnerProgress(state.progress.matureLabels.length);
        Quality past = new Quality(state.trainer.spec());
        LearnerStateWire.read(
                stored,
                deployment.sampleSchema().fingerprint(),
                new LearnerStateWire.Part(alone::write, alone::read),
                new LearnerStateWire.Part(past::write, past::read),
                state.part(state.trainer::writeState, state.trainer::readState),
                UNREAD, // its drift monitor saw all users
                start,
                UNREAD, // rows touched since the last version: the merger marks its own
                new LearnerStateWire.Part(serving::write, serving::read),
                state.part(state.divergence::write, state.divergence::read),
                state.part(state.shadows::write, state.shadows::read));
        serving.adopt(alone.version, alone.manifestSha256, alone.snapshotMs);
        state.replica = new Replica(name, state.trainer, 0, 0);
        state.moments.goOnFrom(
                alone.version,
                state.shadows.hasLive() ? serving.liveVersion() : 0,
                state.shadows.hasPrevious() ? serving.previousMoment() : 0);
        state.mergedMs = alone.passedMs;
        boolean loaded = state.shadows.load(versions);
        if (name.index() == 0) {
            if (!loaded) {
                throw new IOException(
                        "learner state: the versions that stand beside the model are missing;"
                                + " restore from another checkpoint");
            }
            Standing standing = state.standing(serving, alone.version);
            state.progress.add(alone);
            state.quality.merge(past);
            state.founding = new Founding(state.replica.base(), serving, standing);
        } else {
            // What was counted so far is said once.
            state.progress.keepTimesOf(alone);
            state.shadows.clear();
        }
        return state;
    }

    /** To a learner alone the versions were the moments; the last one may have been rejected. */
    private Standing standing(Serving serving, long lastVersion) {
        return new Standing(
                lastVersion,
                served(shadows.live(), serving.liveVersion()),
                served(shadows.previous(), serving.previousMoment()),
                0);
    }

    private static @Nullable Served served(@Nullable Trainer shadow, long version) {
        return shadow == null ? null : new Served(version, version, shadow.values());
    }

    /**
     * A replica from what all former ones stored.
     *
     * @param versions that were beside one of them; where it has not those that are wanted, they
     *     come with the next merged model
     */
    public static ReplicaState restore(
            List<List<byte[]>> stored,
            Deployment deployment,
            ReplicaName name,
            ShadowStore versions)
            throws Exception {
        List<ReplicaState> former = new ArrayList<>();
        for (List<byte[]> pieces : stored) {
            former.add(read(pieces, deployment, name));
        }
        former.sort(Comparator.comparingInt(state -> state.replica.name().index()));
        if (former.get(0).replica.name().of() == name.of()) {
            ReplicaState same = former.get(name.index());
            // Where they are missing, the next merged model brings them.
            same.shadows.load(versions);
            return same;
        }
        ReplicaState state = new ReplicaState(deployment, name);
        ReplicaState last =
                Collections.min(former, Comparator.comparingLong(other -> other.replica.round()));
        state.trainer.copyFrom(former.get(name.index() % former.size()).trainer);
        copy(last.moments::write, state.moments::read);
        copy(last.shadows::write, state.shadows::read);
        state.shadows.load(versions);
        state.shadows.clear();
        long lastCut = 0;
        for (ReplicaState other : former) {
            lastCut = Math.max(lastCut, other.replica.cutNumber());
            state.progress.keepTimesOf(other.progress);
            state.mergedMs = Math.max(state.mergedMs, other.mergedMs);
            if (other.replica.name().index() % name.of() == name.index()) {
                state.progress.add(other.progress);
                state.quality.merge(other.quality);
                Cut remainder = other.replica.remainder();
                if (remainder != null) {
                    state.inherited.add(remainder);
                }
            }
        }
        // Above every cut that is still said for a former replica.
        state.replica = new Replica(name, state.trainer, lastCut + 1, last.replica.round());
        return state;
    }

    private static void copy(LearnerStateWire.Writer from, LearnerStateWire.Reader to)
            throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        from.write(new DataOutputStream(bytes));
        to.read(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));
    }

    private static ReplicaState read(List<byte[]> stored, Deployment deployment, ReplicaName name)
            throws IOException {
        ReplicaState state = new ReplicaState(deployment, name);
        LearnerStateWire.read(stored, deployment.sampleSchema().fingerprint(), state.parts());
        return state;
    }

    /** What {@link #restore} reads; all that was inherited must have been reported. */
    public List<byte[]> write(long featureSchema) {
        if (!inherited.isEmpty() || founding != null) {
            throw new IllegalStateException("a replica is stored before its first report");
        }
        return LearnerStateWire.write(featureSchema, replica.name().index(), parts());
    }

    private LearnerStateWire.Part[] parts() {
        return new LearnerStateWire.Part[] {
            // Builds without a gate here wrote a second time behind it.
            part(out -> out.writeLong(mergedMs), in -> mergedMs = in.readLong()),
            part(progress::write, progress::read),
            part(quality::write, quality::read),
            part(trainer::writeState, trainer::readState),
            part(out -> replica.write(out), in -> replica = Replica.read(in, trainer)),
            part(drift::write, drift::read),
            part(moments::write, moments::read),
            part(divergence::write, divergence::read),
            part(shadows::write, shadows::read)
        };
    }

    private LearnerStateWire.Part part(
            LearnerStateWire.Writer writer, LearnerStateWire.Reader reader) {
        return new LearnerStateWire.Part(writer, reader);
    }

    /**
     * Whether a merge is due: with every checkpoint where the samples between two are bounded, else
     * where event time has passed a multiple of the interval since the last time it was asked and
     * had. Every replica hears the same with the same checkpoint, since all have seen the same
     * watermark then. The first checkpoint only tells the base.
     */
    public boolean mergeDue(MergeOptions merge) {
        long everyMs = merge.every().toMillis();
        boolean due =
                mergedMs != LearnerProgress.NEVER
                        && (merge.bounded()
                                || Math.floorDiv(progress.passedMs, everyMs)
                                        > Math.floorDiv(mergedMs, everyMs));
        mergedMs = due || mergedMs == LearnerProgress.NEVER ? progress.passedMs : mergedMs;
        return due;
    }

    /** Takes the loss of a step; a divergence is in the next report. */
    public void observe(double loss) {
        diverged |= divergence.observe(loss);
    }

    /**
     * Says how far it is.
     *
     * @param cut whether to cut what was learned
     * @param last whether nothing will follow
     */
    public ReplicaReport report(boolean cut, boolean last, Map<String, Long> queued) {
        List<Cut> cuts = new ArrayList<>(inherited);
        if (cut) {
            moments.next();
            Cut own = replica.cut(last);
            if (own != null) {
                cuts.add(own);
            }
        }
        ReplicaReport report =
                new ReplicaReport(
                        moments.newestMoment(),
                        replica.round(),
                        diverged,
                        progress,
                        quality,
                        drift.alarms(),
                        queued,
                        founding,
                        cuts,
                        shadows.live() == null ? 0 : moments.liveVersion(),
                        shadows.previous() == null ? 0 : moments.previousVersion(),
                        shadows);
        inherited.clear();
        founding = null;
        diverged = false;
        return report;
    }

    /** Takes over a merged model and what stands beside it; users' rows are the caller's. */
    public void load(MergedModel merged) {
        Standing standing = merged.standing();
        boolean known =
                standing.liveVersion() == moments.liveVersion()
                        && (standing.live() == null || shadows.live() != null);
        if (!judged) {
            shadows.forget();
        } else if (!known) {
            shadows.serve(standing.live(), standing.previous());
        } else if (standing.previous() == null && shadows.previous() != null) {
            shadows.trialOver();
        }
        moments.take(standing);
        if (wentBack(merged)) {
            replica.goBack(merged);
            shadows.clear();
            divergence.reset();
            diverged = false; // what diverged is gone
        } else {
            replica.load(merged);
        }
    }

    /** Whether all have gone back to the live version since the round loaded last. */
    public boolean wentBack(MergedModel merged) {
        return merged.standing().returnRound() > replica.round();
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

    /** Its users' drift. */
    public DriftMonitor drift() {
        return drift;
    }

    /** The versions that score its samples too. */
    public Shadows shadows() {
        return shadows;
    }

    /** What it knows of versions. */
    public ReplicaMoments moments() {
        return moments;
    }

    public Replica replica() {
        return replica;
    }
}
