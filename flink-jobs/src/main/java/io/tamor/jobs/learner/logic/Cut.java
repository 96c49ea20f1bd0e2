package io.tamor.jobs.learner.logic;

import io.tamor.model.training.ModelIncrement;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * What a replica has learned since its cut before.
 *
 * @param number of the cut: rises within a replica, and from the replicas before a rescale to those
 *     after it
 * @param baseRound the merge round the replica had loaded last
 */
public record Cut(ReplicaName replica, long number, long baseRound, ModelIncrement increment) {
    /** Stored form: replica, number, base round, increment; of a record that has a version. */
    public void write(DataOutput out) throws IOException {
        replica.write(out);
        out.writeLong(number);
        out.writeLong(baseRound);
        increment.write(out);
    }

    /** Reads what {@link #write} wrote. */
    public static Cut read(DataInput in) throws IOException {
        return new Cut(ReplicaName.read(in), in.readLong(), in.readLong(), ModelIncrement.read(in));
    }
}
