package io.tamor.jobs.timeline.logic;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What the rules need of an impression whose labels are not all final. The user's state has one, to
 * match outcomes with; a copy waits for the next deadline beside the frozen features ({@link
 * Deadlines}). Both are closed stage by stage, each in its own time, and say the same.
 */
public final class PendingImpression {
    /** Validity of an impression without a bound. */
    static final long UNBOUNDED = Long.MAX_VALUE;

    private static final int FIRST_OF_DAY = 1;
    private static final int BOUNDED = 2;
    private static final int CLICKED = 4;
    private static final int CONVERTED = 8;
    private static final int CONVERSION_COUNTS = 16;
    private static final int ATTRIBUTED = 32;
    private static final int FROZEN = 64;
    private static final int SUBSCRIBED = 128;
    private static final @Nullable Attributed[] NONE = {};

    final long id;
    final long timeMs;
    final long validUntilMs;
    final int scenario;
    final boolean firstOfDay;

    /** When its next stage closes. */
    long nextDeadlineMs;

    /** Index of its next stage. */
    int stage;

    boolean clicked;
    long clickMs;

    /** Tells clicks of one millisecond apart: {@link LabelState#number}. */
    long clickNumber;

    boolean converted;

    /** Whether the first conversion makes the label positive. */
    boolean conversionCounts;

    /** All the user's subscriptions after it, attributed or not; of a day's first impression. */
    long totalMinor;

    /**
     * The same less the redemptions since a label set retracts; builds where none did may have left
     * 0.
     */
    long netTotalMinor;

    /** By label set, null where nothing is; as long as the last set that has something needs. */
    private @Nullable Attributed[] attributed = NONE;

    /**
     * Labels closed at earlier stages where one sample leaves at the last, label set by label set;
     * null before.
     */
    float @Nullable [] frozenLabels;

    /** True where outcomes have changed it and its copy does not know yet. */
    boolean changed;

    PendingImpression(long id, long timeMs, long validUntilMs, int scenario, boolean firstOfDay) {
        this.id = id;
        this.timeMs = timeMs;
        this.validUntilMs = validUntilMs;
        this.scenario = scenario;
        this.firstOfDay = firstOfDay;
    }

    /** Hash of the impression's id. */
    public long id() {
        return id;
    }

    /** When its next stage closes. */
    public long dueMs() {
        return nextDeadlineMs;
    }

    /** One that changes by itself. */
    public PendingImpression copy() {
        PendingImpression copy =
                new PendingImpression(id, timeMs, validUntilMs, scenario, firstOfDay);
        copy.nextDeadlineMs = nextDeadlineMs;
        copy.stage = stage;
        copy.clicked = clicked;
        copy.clickMs = clickMs;
        copy.clickNumber = clickNumber;
        copy.converted = converted;
        copy.conversionCounts = conversionCounts;
        copy.totalMinor = totalMinor;
        copy.netTotalMinor = netTotalMinor;
        if (attributed.length > 0) {
            copy.attributed = new Attributed[attributed.length];
            for (int set = 0; set < attributed.length; set++) {
                Attributed present = attributed[set];
                copy.attributed[set] = present == null ? null : present.copy();
            }
        }
        float[] labels = frozenLabels;
        copy.frozenLabels = labels == null ? null : labels.clone();
        return copy;
    }

    /** What a label set attributes to the impression, null for nothing. */
    @Nullable Attributed attributed(int set) {
        return set < attributed.length ? attributed[set] : null;
    }

    /** The same, to add to. */
    Attributed attributedOf(int set) {
        if (set >= attributed.length) {
            attributed = Arrays.copyOf(attributed, set + 1);
        }
        Attributed present = attributed[set];
        if (present == null) {
            present = new Attributed();
            attributed[set] = present;
        }
        return present;
    }

    long amountMinor(int set) {
        Attributed present = attributed(set);
        return present == null ? 0 : present.amountMinor;
    }

    long largestMinor(int set) {
        Attributed present = attributed(set);
        return present == null ? 0 : present.largestMinor;
    }

    /** Forgets single subscriptions: no redemption can reach them any more. */
    void closeAttribution() {
        for (Attributed present : attributed) {
            if (present != null) {
                present.lots.clear();
            }
        }
    }

    /** Writes the form of {@link UserState#VERSION}. */
    public void write(DataOutput out) throws IOException {
        out.writeByte(flags());
        out.writeLong(id);
        VarLong.write(out, timeMs);
        VarLong.write(out, nextDeadlineMs - timeMs);
        out.writeInt(scenario);
        writeRest(out);
    }

    /**
     * Writes what is not also said by the impression's event.
     *
     * @param waits times from an impression to its next deadline, of which there are few
     */
    void writeLabels(DataOutput out, Dictionary waits) throws IOException {
        out.writeByte(flags());
        waits.write(out, nextDeadlineMs - timeMs);
        writeRest(out);
    }

    /** Writes what is not also said by its features and its next deadline. */
    public void writeBesideFeatures(DataOutput out) throws IOException {
        out.writeByte(flags());
        VarLong.write(out, nextDeadlineMs - timeMs);
        writeRest(out);
    }

    private int flags() {
        return (firstOfDay ? FIRST_OF_DAY : 0)
                | (validUntilMs == UNBOUNDED ? 0 : BOUNDED)
                | (clicked ? CLICKED : 0)
                | (converted ? CONVERTED : 0)
                | (conversionCounts ? CONVERSION_COUNTS : 0)
                | (attributed.length > 0 ? ATTRIBUTED : 0)
                | (frozenLabels == null ? 0 : FROZEN)
                | (totalMinor > 0 ? SUBSCRIBED : 0);
    }

    private void writeRest(DataOutput out) throws IOException {
        VarLong.write(out, stage);
        if (validUntilMs != UNBOUNDED) {
            VarLong.write(out, validUntilMs - timeMs);
        }
        if (clicked) {
            VarLong.write(out, clickMs - timeMs);
            VarLong.write(out, clickNumber);
        }
        if (totalMinor > 0) {
            VarLong.write(out, totalMinor);
            VarLong.write(out, netTotalMinor);
        }
        if (attributed.length > 0) {
            VarLong.write(out, attributed.length);
            for (Attributed present : attributed) {
                (present == null ? new Attributed() : present).write(out);
            }
        }
        float[] labels = frozenLabels;
        if (labels != null) {
            VarLong.write(out, labels.length);
            for (float label : labels) {
                out.writeFloat(label);
            }
        }
    }

    /** Reads the form of a version of {@link UserState}. */
    public static PendingImpression read(DataInput in, int version) throws IOException {
        int flags = in.readUnsignedByte();
        long id = in.readLong();
        long timeMs = VarLong.read(in);
        long nextDeadlineMs = timeMs + VarLong.read(in);
        return read(in, flags, id, timeMs, nextDeadlineMs, in.readInt(), version);
    }

    /**
     * Reads what {@link #writeLabels} wrote of an impression's event.
     *
     * @param version of {@link UserState}; before the sixth a wait was no word of a dictionary
     */
    static PendingImpression readLabels(
            DataInput in, long id, long timeMs, int scenario, Dictionary waits, int version)
            throws IOException {
        int flags = in.readUnsignedByte();
        long waitMs = version < 6 ? VarLong.read(in) : waits.read(in);
        return read(in, flags, id, timeMs, timeMs + waitMs, scenario, version);
    }

    /**
     * Reads what {@link #writeBesideFeatures} wrote.
     *
     * @param frozen its features, as {@link FrozenSample} stores them
     * @param dueMs its next deadline
     */
    public static PendingImpression readBesideFeatures(
            DataInput in, byte[] frozen, long dueMs, int version) throws IOException {
        FrozenSample.Impression said = FrozenSample.impression(frozen);
        int flags = in.readUnsignedByte();
        long timeMs = dueMs - VarLong.read(in);
        return read(in, flags, said.id(), timeMs, dueMs, said.scenario(), version);
    }

    private static PendingImpression read(
            DataInput in,
            int flags,
            long id,
            long timeMs,
            long nextDeadlineMs,
            int scenario,
            int version)
            throws IOException {
        int stage = (int) VarLong.read(in);
        long validUntilMs = (flags & BOUNDED) == 0 ? UNBOUNDED : timeMs + VarLong.read(in);
        PendingImpression pending =
                new PendingImpression(
                        id, timeMs, validUntilMs, scenario, (flags & FIRST_OF_DAY) != 0);
        pending.nextDeadlineMs = nextDeadlineMs;
        pending.stage = stage;
        pending.converted = (flags & CONVERTED) != 0;
        pending.conversionCounts = (flags & CONVERSION_COUNTS) != 0;
        if ((flags & CLICKED) != 0) {
            pending.clicked = true;
            pending.clickMs = timeMs + VarLong.read(in);
            pending.clickNumber = VarLong.read(in);
        }
        if ((flags & SUBSCRIBED) != 0) {
            pending.totalMinor = VarLong.read(in);
            pending.netTotalMinor = VarLong.read(in);
        }
        if ((flags & ATTRIBUTED) != 0) {
            // Up to version 2 there was one label set, and no single subscriptions.
            pending.attributed = new Attributed[version < 3 ? 1 : (int) VarLong.read(in)];
            for (int set = 0; set < pending.attributed.length; set++) {
                pending.attributed[set] = Attributed.read(in, version >= 3);
            }
        }
        if ((flags & FROZEN) != 0) {
            float[] labels = new float[(int) VarLong.read(in)];
            for (int i = 0; i < labels.length; i++) {
                labels[i] = in.readFloat();
            }
            pending.frozenLabels = labels;
        }
        return pending;
    }
}
