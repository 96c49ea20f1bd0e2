package io.tamor.jobs.learner.logic;

import io.tamor.model.training.ModelIncrement;
import io.tamor.model.training.ModelMerge;
import io.tamor.model.training.ModelValues;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The one place where replicas' increments become one model. Cuts that arrive are held until the
 * round is closed; a round takes what has arrived and waits for nobody, a cut that comes later is
 * in the next one. Cuts are merged in the order of their numbers, so a round depends on its cuts
 * alone. Cuts of replicas from before a rescale form a group of their own that is merged first. A
 * cut with a value that is not finite is dropped and counted; its replica learns the merged model
 * instead. When all go back to the live version, cuts from before are void. Not thread-safe.
 */
public final class MergeRounds {
    private static final Comparator<Cut> ORDER =
            Comparator.comparingLong(Cut::number)
                    .thenComparingInt(cut -> cut.replica().of())
                    .thenComparingInt(cut -> cut.replica().index());

    private final ModelMerge merge;
    private final List<Cut> waiting = new ArrayList<>();
    private final Map<ReplicaName, Long> merged = new HashMap<>();
    private @Nullable ModelValues values;
    private Standing standing = Standing.NONE;
    private long round;
    private long droppedCuts;
    private long staleness;

    /** Rounds that merge by a rule. */
    public MergeRounds(ModelMerge merge) {
        this.merge = merge;
    }

    /** The model that the cuts to come start from; replaces what was merged before. */
    public void base(ModelValues whole) {
        values = whole;
    }

    /** Takes a cut for the round that is open; one that starts from before a return is void. */
    public void add(Cut cut) {
        if (cut.baseRound() < standing.returnRound()) {
            return;
        }
        waiting.add(cut);
        staleness = Math.max(staleness, round - cut.baseRound());
    }

    /** Merges the cuts that are there; null where there are none, or no base for them. */
    public @Nullable MergedModel close() {
        ModelValues base = values;
        if (base == null || waiting.isEmpty()) {
            return null;
        }
        waiting.sort(ORDER);
        List<ModelIncrement> group = new ArrayList<>();
        Set<ReplicaName> inGroup = new HashSet<>();
        for (Cut cut : waiting) {
            boolean same = inGroup.stream().allMatch(other -> other.of() == cut.replica().of());
            if (!same || inGroup.contains(cut.replica())) {
                base = merge.merge(base, group);
                group.clear();
                inGroup.clear();
            }
            inGroup.add(cut.replica());
            if (cut.increment().finite()) {
                group.add(cut.increment());
            } else {
                droppedCuts++;
            }
            merged.merge(cut.replica(), cut.number(), Math::max);
        }
        base = merge.merge(base, group);
        waiting.clear();
        staleness = 0;
        values = base;
        round++;
        return new MergedModel(round, merged, base, standing);
    }

    /** What is served has changed, or been decided; replicas hear of it with the round. */
    public void stand(Standing next) {
        standing = next;
    }

    /** Begins a round that merges nothing. */
    public void next() {
        round++;
    }

    /** The live version becomes the merged model again, in this round, which nobody has seen. */
    public void goBack() {
        Served live = standing.live();
        if (live == null) {
            throw new IllegalStateException("no version is live to go back to");
        }
        values = live.values();
        merge.forget();
        waiting.clear();
        standing = new Standing(standing.moment(), live, standing.previous(), round);
    }

    /** What stands beside the merged model. */
    public Standing standing() {
        return standing;
    }

    /** The model as of the last round, or the base; null where there is none yet. */
    public @Nullable ModelValues values() {
        return values;
    }

    /** The last round closed, 0 for none. */
    public long round() {
        return round;
    }

    /** The model of the last round as replicas load it; null where there is none. */
    public @Nullable MergedModel last() {
        return values == null || round == 0
                ? null
                : new MergedModel(round, merged, values, standing);
    }

    /** Cuts dropped since the beginning because a value was not finite. */
    public long droppedCuts() {
        return droppedCuts;
    }

    /** How many rounds the replica furthest behind was behind, among the cuts that wait. */
    public long staleness() {
        return staleness;
    }

    /** Cuts that wait for the round to be closed. */
    public int waiting() {
        return waiting.size();
    }

    /** Writes all there is: round, dropped cuts, cuts waiting, outer momentum, merged model. */
    public void write(DataOutput out) throws IOException {
        out.writeLong(round);
        out.writeLong(droppedCuts);
        out.writeInt(waiting.size());
        for (Cut cut : waiting) {
            cut.write(out);
        }
        merge.write(out);
        out.writeBoolean(values != null);
        if (values != null) {
            new MergedModel(round, merged, values, standing).write(out);
        }
    }

    /** Reads what {@link #write} wrote. */
    public void read(DataInput in) throws IOException {
        round = in.readLong();
        droppedCuts = in.readLong();
        waiting.clear();
        for (int left = in.readInt(); left > 0; left--) {
            waiting.add(Cut.read(in));
        }
        merge.read(in);
        merged.clear();
        standing = Standing.NONE;
        values = null;
        if (in.readBoolean()) {
            MergedModel last = MergedModel.read(in);
            merged.putAll(last.cuts());
            values = last.values();
            standing = last.standing();
        }
    }
}
