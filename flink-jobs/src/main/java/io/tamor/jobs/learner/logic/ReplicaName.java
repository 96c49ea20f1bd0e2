package io.tamor.jobs.learner.logic;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * One of the replicas that train a model together.
 *
 * @param index from 0
 * @param of how many there are; after a rescale the replicas have new names
 */
public record ReplicaName(int index, int of) {
    void write(DataOutput out) throws IOException {
        out.writeInt(index);
        out.writeInt(of);
    }

    static ReplicaName read(DataInput in) throws IOException {
        return new ReplicaName(in.readInt(), in.readInt());
    }

    @Override
    public String toString() {
        return index + "/" + of;
    }
}
