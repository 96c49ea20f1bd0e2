package io.tamor.jobs.learner.logic;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A user's embedding row with its optimiser state, as keyed state holds it, and what it was as of
 * the moments that can still be asked for. A POJO: Flink's own serializer, which lets fields be
 * added.
 *
 * <p>A copy is made before the first change after a version: the row then still is what it was as
 * of that version. So the row as of a version is the first copy made for it or a later one, and
 * where there is none, the row itself.
 */
public final class UserRow {
    private static final float[] NONE = {};

    /** The row, as many floats as the field's dimension; none before the user is admitted. */
    public float[] values = NONE;

    /** Its optimiser state. */
    public float[] accumulators = NONE;

    /** Latest maturity of the samples that trained it, epoch milliseconds. */
    public long trainedMs;

    /** True where it was trained after the last published version. */
    public boolean changed;

    /** True where an expiry timer is set for the user. */
    public boolean timed;

    /** Samples of the user that were trained before it was admitted. */
    public int samplesBefore;

    /**
     * The newest moment when the row was changed last, 0 for none: to a learner alone a version.
     */
    public long savedUnder;

    /**
     * The moments that copies were made for, ascending: two at most for a learner alone, beside
     * others one more for each cut that is not decided yet.
     */
    public long[] copyVersions = {};

    /** Length of each copy; 0 where there was no row. */
    public int[] copyLengths = {};

    /** Values within a copy; the rest is optimiser state. */
    public int copyDim;

    /** The copies, one after the other. */
    public float[] copies = NONE;

    /** Whether there is a row, and not only a count of samples. */
    public boolean admitted() {
        return values.length > 0;
    }

    /**
     * Keeps the row as of the newest moment, if it is about to be changed for the first time since.
     */
    void keep(RowMoments moments) {
        dropCopies(moments);
        long newest = moments.newestMoment();
        if (newest <= savedUnder) {
            return;
        }
        int count = copyVersions.length;
        int length = values.length + accumulators.length;
        int end = copies.length;
        copyVersions = Arrays.copyOf(copyVersions, count + 1);
        copyLengths = Arrays.copyOf(copyLengths, count + 1);
        copies = Arrays.copyOf(copies, end + length);
        copyVersions[count] = newest;
        copyLengths[count] = length;
        copyDim = Math.max(copyDim, values.length);
        System.arraycopy(values, 0, copies, end, values.length);
        System.arraycopy(accumulators, 0, copies, end + values.length, accumulators.length);
        savedUnder = newest;
    }

    /** Drops copies that tell of no moment that is still asked for. */
    private void dropCopies(RowMoments moments) {
        int live = moments.liveMoment() == 0 ? -1 : copyFor(moments.liveMoment());
        int previous = moments.previousMoment() == 0 ? -1 : copyFor(moments.previousMoment());
        int kept = 0;
        int end = 0;
        int from = 0;
        for (int i = 0; i < copyVersions.length; i++) {
            int length = copyLengths[i];
            if (i == live || i == previous || copyVersions[i] >= moments.undecidedMoment()) {
                System.arraycopy(copies, from, copies, end, length);
                copyVersions[kept] = copyVersions[i];
                copyLengths[kept] = length;
                kept++;
                end += length;
            }
            from += length;
        }
        if (kept < copyVersions.length) {
            copyVersions = Arrays.copyOf(copyVersions, kept);
            copyLengths = Arrays.copyOf(copyLengths, kept);
            copies = Arrays.copyOf(copies, end);
        }
    }

    /** The same in an object of its own. */
    UserRow copy() {
        UserRow copy = new UserRow();
        copy.values = values.clone();
        copy.accumulators = accumulators.clone();
        copy.trainedMs = trainedMs;
        copy.samplesBefore = samplesBefore;
        copy.inherit(this);
        copy.copyVersions = copyVersions.clone();
        copy.copyLengths = copyLengths.clone();
        copy.copies = copies.clone();
        return copy;
    }

    /** Takes over what is known of the row that this one replaces, its values aside. */
    void inherit(UserRow replaced) {
        savedUnder = replaced.savedUnder;
        copyVersions = replaced.copyVersions;
        copyLengths = replaced.copyLengths;
        copyDim = replaced.copyDim;
        copies = replaced.copies;
        changed = replaced.changed;
        timed = replaced.timed;
    }

    /** Whether the row as of a version may differ from the row itself. */
    public boolean changedSince(long version) {
        return copyFor(version) < copyVersions.length;
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
            return admitted() ? values : null;
        }
        int from = at(copy);
        return copyLengths[copy] == 0 ? null : Arrays.copyOfRange(copies, from, from + copyDim);
    }

    /** Makes the row what it was as of a version; false where there was none. */
    public boolean returnTo(long version) {
        int copy = copyFor(version);
        if (copy == copyVersions.length) {
            return admitted();
        }
        if (copyLengths[copy] == 0) {
            return false;
        }
        int from = at(copy);
        values = Arrays.copyOfRange(copies, from, from + copyDim);
        accumulators = Arrays.copyOfRange(copies, from + copyDim, from + copyLengths[copy]);
        return true;
    }

    private int copyFor(long version) {
        int copy = 0;
        while (copy < copyVersions.length && copyVersions[copy] < version) {
            copy++;
        }
        return copy;
    }

    private int at(int copy) {
        int at = 0;
        for (int i = 0; i < copy; i++) {
            at += copyLengths[i];
        }
        return at;
    }
}
