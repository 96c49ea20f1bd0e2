package io.tamor.jobs.learner.logic;

import io.tamor.model.training.ModelValues;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * What the merger begins with, told by the first replica.
 *
 * @param base the model that all replicas start from
 * @param serving what a learner alone had decided before; of a new model: what it started from
 * @param standing the versions it compared with
 */
public record Founding(ModelValues base, Serving serving, Standing standing) {
    void write(DataOutput out) throws IOException {
        base.write(out);
        serving.write(out);
        standing.write(out);
    }

    static Founding read(DataInput in) throws IOException {
        ModelValues base = ModelValues.read(in);
        Serving serving = new Serving();
        serving.read(in);
        return new Founding(base, serving, Standing.read(in));
    }
}
