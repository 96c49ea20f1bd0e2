package io.tamor.jobs.learner.logic;

import io.tamor.model.training.ModelValues;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A version that is served, as those know it who train side by side.
 *
 * @param moment at which the learners cut what it was made of
 */
public record Served(long version, long moment, ModelValues values) {
    static void write(DataOutput out, @Nullable Served served) throws IOException {
        out.writeBoolean(served != null);
        if (served != null) {
            out.writeLong(served.version);
            out.writeLong(served.moment);
            served.values.write(out);
        }
    }

    static @Nullable Served read(DataInput in) throws IOException {
        return in.readBoolean()
                ? new Served(in.readLong(), in.readLong(), ModelValues.read(in))
                : null;
    }
}
