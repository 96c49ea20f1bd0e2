package io.tamor.jobs.learner.logic;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * What stands beside a merged model.
 *
 * @param moment the last moment of cuts that has been decided on
 * @param live the live version; null before the first
 * @param previous the version before it, while the live one is on trial; else null
 * @param returnRound the last merge round in which all went back to the live version, 0 for none:
 *     what was learned from an earlier round is void
 */
public record Standing(
        long moment, @Nullable Served live, @Nullable Served previous, long returnRound) {
    /** Nothing is served yet. */
    public static final Standing NONE = new Standing(0, null, null, 0);

    /** Number of the live version, 0 for none. */
    public long liveVersion() {
        return live == null ? 0 : live.version();
    }

    /** Number of the version before the live one, 0 where none is on trial. */
    public long previousVersion() {
        return previous == null ? 0 : previous.version();
    }

    Standing at(long newMoment) {
        return new Standing(newMoment, live, previous, returnRound);
    }

    /** Stored form: moment, live, previous, return round; of a record that has a version. */
    void write(DataOutput out) throws IOException {
        out.writeLong(moment);
        Served.write(out, live);
        Served.write(out, previous);
        out.writeLong(returnRound);
    }

    static Standing read(DataInput in) throws IOException {
        return new Standing(in.readLong(), Served.read(in), Served.read(in), in.readLong());
    }
}
