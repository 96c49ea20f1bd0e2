package io.tamor.jobs.learner.logic;

import io.tamor.model.training.ModelIncrement;
import io.tamor.model.training.ModelMerge;
import io.tamor.model.training.ModelValues;
import io.tamor.model.training.Trainer;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * A trainer that shares its model with others: it cuts what it has learned into increments, and
 * loads the model that they were merged into, keeping on top what that model lacks.
 *
 * <p>{@code base} is where the next increment starts from. Loading a merged model moves the
 * parameters by merged - (base - cuts that it lacks), so parameters = merged + cuts it lacks + what
 * was learned since the last cut. At most {@link #MOST_UNMERGED} cuts are kept for that; while
 * there are so many no more is cut, and what is learned waits for the next cut. The optimiser's
 * state is the trainer's own and stays. Memory: the parameters once more, and the unmerged cuts.
 * Not thread-safe.
 */
public final class Replica {
    /** Cuts that may be on their way at a time. */
    public static final int MOST_UNMERGED = 4;

    private final ReplicaName name;
    private final Trainer trainer;
    private final Deque<Cut> unmerged = new ArrayDeque<>();
    private ModelValues base;
    private long baseSteps;
    private long cutNumber;
    private long round;

    /**
     * A replica that has learned nothing beyond what the trainer holds.
     *
     * @param cutNumber number of the last cut before it
     * @param round the merge round that the trainer knows
     */
    public Replica(ReplicaName name, Trainer trainer, long cutNumber, long round) {
        this.name = name;
        this.trainer = trainer;
        this.base = trainer.values();
        this.baseSteps = trainer.steps();
        this.cutNumber = cutNumber;
        this.round = round;
    }

    /**
     * What was learned since the last cut; null where that is nothing.
     *
     * @param last true: nothing will be cut or loaded after it
     */
    public @Nullable Cut cut(boolean last) {
        if (trainer.steps() == baseSteps || (unmerged.size() == MOST_UNMERGED && !last)) {
            return null;
        }
        ModelValues now = trainer.values();
        cutNumber++;
        Cut cut = new Cut(name, cutNumber, round, ModelIncrement.between(base, now));
        unmerged.addLast(cut);
        base = now;
        baseSteps = trainer.steps();
        return cut;
    }

    /** What no cut holds yet, as a cut of its own: this replica's last, said by another one. */
    public @Nullable Cut remainder() {
        return trainer.steps() == baseSteps
                ? null
                : new Cut(
                        name, cutNumber + 1, round, ModelIncrement.between(base, trainer.values()));
    }

    /** Takes over a merged model; false where it is not newer than the one loaded last. */
    public boolean load(MergedModel merged) {
        if (merged.round() <= round) {
            return false;
        }
        long included = merged.cuts().getOrDefault(name, 0L);
        while (!unmerged.isEmpty() && unmerged.getFirst().number() <= included) {
            unmerged.removeFirst();
        }
        ModelValues newBase =
                ModelMerge.sum(merged.values(), unmerged.stream().map(Cut::increment).toList());
        trainer.load(trainer.values().rebased(base, newBase));
        base = newBase;
        round = merged.round();
        return true;
    }

    /** Becomes a merged model to which all have gone back; what it has learned since is void. */
    public void goBack(MergedModel merged) {
        // A trainer of its own: its optimiser knows nothing of what led astray.
        Trainer fresh = new Trainer(trainer.spec(), 1);
        fresh.become(merged.values());
        trainer.copyFrom(fresh);
        unmerged.clear();
        base = trainer.values();
        baseSteps = trainer.steps();
        round = merged.round();
    }

    public ReplicaName name() {
        return name;
    }

    /** Where the next increment starts from. */
    public ModelValues base() {
        return base;
    }

    /** Number of the last cut. */
    public long cutNumber() {
        return cutNumber;
    }

    /** Cuts not known to be merged. */
    public int unmerged() {
        return unmerged.size();
    }

    /** The merge round loaded last, 0 for none. */
    public long round() {
        return round;
    }

    /** Writes all but the trainer: name, cut, round, steps of the base, unmerged cuts, base. */
    public void write(DataOutput out) throws IOException {
        name.write(out);
        out.writeLong(cutNumber);
        out.writeLong(round);
        out.writeLong(baseSteps);
        out.writeInt(unmerged.size());
        for (Cut cut : unmerged) {
            cut.write(out);
        }
        base.write(out);
    }

    /** Reads what {@link #write} wrote; the trainer must hold what it held then. */
    public static Replica read(DataInput in, Trainer trainer) throws IOException {
        Replica replica = new Replica(ReplicaName.read(in), trainer, in.readLong(), in.readLong());
        replica.baseSteps = in.readLong();
        for (int left = in.readInt(); left > 0; left--) {
            replica.unmerged.addLast(Cut.read(in));
        }
        replica.base = ModelValues.read(in);
        return replica;
    }
}
