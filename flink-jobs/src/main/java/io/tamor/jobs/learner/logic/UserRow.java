package io.tamor.jobs.learner.logic;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A user's embedding row with its optimiser state, as keyed state holds it, and what it was as of
 * the versions that can still be served. A POJO: Flink's own serializer, which lets fields be
 * added.
 *
 * <p>A copy is made before the first change after a version: the row then still is what it was as
 * of that version. So the row as of a version is the first copy made for it or a later one, and
 * where there is none, the row itself.
 */
public final class UserRow {
    /** {@link #savedUnder} of a row that was never saved. */
    static final long NEW = -1;

    /** The row, as many floats as the field's dimension. */
    public float[] values = {};

    /** Its optimiser state. */
    public float[] accumulators = {};

    /** Latest maturity of the samples that trained it, epoch milliseconds. */
    public long trainedMs;

    /** True where it was trained after the last published version. */
    public boolean changed;

    /** True where an expiry timer is set for the user. */
    public boolean timed;

    /** The version that was live when the row was changed last, 0 for none. */
    public long savedUnder;

    /** The versions that the copies were made for, ascending. */
    public long[] copyVersions = {};

    /** Whether there was a row as of each of them. */
    public boolean[] copyThere = {};

    /** The copies one after the other, each values and then optimiser state; zeros for no row. */
    public float[] copies = {};

    /**
     * Keeps the row as of the live version, if it is about to be changed for the first time since.
     *
     * @param live the live version, 0 for none
     * @param oldest the oldest version that can still be served; copies for older ones are dropped
     */
    void keep(long live, long oldest) {
        int width = values.length + accumulators.length;
        int drop = 0;
        while (drop < copyVersions.length && copyVersions[drop] < oldest) {
            drop++;
        }
        if (drop > 0) {
            copyVersions = Arrays.copyOfRange(copyVersions, drop, copyVersions.length);
            copyThere = Arrays.copyOfRange(copyThere, drop, copyThere.length);
            copies = Arrays.copyOfRange(copies, drop * width, copies.length);
        }
        if (live > savedUnder && live > 0) {
            int count = copyVersions.length;
            copyVersions = Arrays.copyOf(copyVersions, count + 1);
            copyThere = Arrays.copyOf(copyThere, count + 1);
            copies = Arrays.copyOf(copies, (count + 1) * width);
            copyVersions[count] = live;
            copyThere[count] = savedUnder != NEW;
            if (savedUnder != NEW) {
                System.arraycopy(values, 0, copies, count * width, values.length);
                System.arraycopy(
                        accumulators,
                        0,
                        copies,
                        count * width + values.length,
                        accumulators.length);
            }
        }
        savedUnder = Math.max(live, savedUnder);
    }

    /** Takes over the copies of the row that this one replaces. */
    void inherit(UserRow replaced) {
        savedUnder = replaced.savedUnder;
        copyVersions = replaced.copyVersions;
        copyThere = replaced.copyThere;
        copies = replaced.copies;
        changed = replaced.changed;
        timed = replaced.timed;
    }

    /** Whether the row as of a version may differ from the row itself. */
    public boolean changedSince(long version) {
        return copyVersions.length > 0 && copyVersions[copyVersions.length - 1] >= version;
    }

    /** Whether the row as of a version may differ from that as of a later one. */
    public boolean changedBetween(long version, long later) {
        int copy = copyFor(version);
        return copy < copyVersions.length && copyVersions[copy] < later;
    }

    /** Values of the row as of a version; null where there was none. */
    public float @Nullable [] valuesAsOf(long version) {
        int copy = copyFor(version);
        if (copy == copyVersions.length) {
            return values;
        }
        int at = copy * (values.length + accumulators.length);
        return copyThere[copy] ? Arrays.copyOfRange(copies, at, at + values.length) : null;
    }

    /** Makes the row what it was as of a version; false where there was none. */
    public boolean returnTo(long version) {
        int copy = copyFor(version);
        if (copy < copyVersions.length) {
            if (!copyThere[copy]) {
                return false;
            }
            int at = copy * (values.length + accumulators.length);
            int half = at + values.length;
            values = Arrays.copyOfRange(copies, at, half);
            accumulators = Arrays.copyOfRange(copies, half, half + accumulators.length);
        }
        return true;
    }

    private int copyFor(long version) {
        int copy = 0;
        while (copy < copyVersions.length && copyVersions[copy] < version) {
            copy++;
        }
        return copy;
    }
}
