package io.tamor.jobs.learner.logic;

import io.tamor.model.training.ModelIncrement;
import io.tamor.model.training.ModelValues;
import io.tamor.model.training.Trainer;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * A trainer that shares its model with others: it cuts what it has learned into increments, and
 * loads the model that they were merged into, keeping on top what it has learned since the cut.
 *
 * <p>{@code base} is where the next increment starts from: the parameters as of the last cut or, if
 * that is later, the merged model loaded last. With it, after loading, parameters = merged +
 * (parameters - base). A round that lacks the last cut is not loaded, since its progress would be
 * lost; at most one cut is on its way, so memory is one copy of the parameters. The optimiser's
 * state is the trainer's own and stays. Not thread-safe.
 */
public final class Replica {
    private final ReplicaName name;
    private final Trainer trainer;
    private ModelValues base;
    private long cutNumber;
    private long mergedNumber;
    private long round;

    /** A replica that has learned nothing yet beyond what the trainer holds. */
    public Replica(ReplicaName name, Trainer trainer, long cutNumber) {
        this.name = name;
        this.trainer = trainer;
        this.base = trainer.values();
        this.cutNumber = cutNumber;
        this.mergedNumber = cutNumber;
    }

    /** What was learned since the last cut. */
    public Cut cut() {
        ModelValues now = trainer.values();
        ModelIncrement increment = ModelIncrement.between(base, now);
        base = now;
        cutNumber++;
        return new Cut(name, cutNumber, round, increment);
    }

    /** Whether the last cut is not known to be merged. */
    public boolean outstanding() {
        return mergedNumber < cutNumber;
    }

    /** Takes over a merged model; false where it is not newer or lacks the last cut. */
    public boolean load(MergedModel merged) {
        long included = merged.cuts().getOrDefault(name, mergedNumber);
        if (merged.round() <= round || included < cutNumber) {
            return false;
        }
        trainer.values(trainer.values().rebased(base, merged.values()));
        base = merged.values();
        mergedNumber = included;
        round = merged.round();
        return true;
    }

    /** What was learned since the last cut, on behalf of a replica that goes on under new names. */
    public Cut remainder() {
        return new Cut(
                name, cutNumber + 1, round, ModelIncrement.between(base, trainer.values()));
    }

    public ReplicaName name() {
        return name;
    }

    /** Number of the last cut. */
    public long cutNumber() {
        return cutNumber;
    }

    /** The merge round loaded last, 0 for none. */
    public long round() {
        return round;
    }

    /** Writes all but the trainer: name, cut, merged cut, round, base. */
    public void write(DataOutput out) throws IOException {
        name.write(out);
        out.writeLong(cutNumber);
        out.writeLong(mergedNumber);
        out.writeLong(round);
        base.write(out);
    }

    /** Reads what {@link #write} wrote; the trainer must hold what it held then. */
    public static Replica read(DataInput in, Trainer trainer) throws IOException {
        Replica replica = new Replica(ReplicaName.read(in), trainer, in.readLong());
        replica.mergedNumber = in.readLong();
        replica.round = in.readLong();
        replica.base = ModelValues.read(in);
        return replica;
    }
}
