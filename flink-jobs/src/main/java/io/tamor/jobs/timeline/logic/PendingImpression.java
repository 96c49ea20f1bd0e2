package io.tamor.jobs.timeline.logic;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * What the rules need of an impression whose labels are not all final: the hot part of its state.
 * The frozen features are stored apart ({@link FrozenSample}) and read when a sample leaves.
 */
final class PendingImpression {
    /** Validity of an impression without a bound. */
    static final long UNBOUNDED = Long.MAX_VALUE;

    private static final int FIRST_OF_DAY = 1;
    private static final int BOUNDED = 2;
    private static final int CLICKED = 4;
    private static final int CONVERTED = 8;
    private static final int CONVERSION_COUNTS = 16;
    private static final int INVESTED = 32;
    private static final int FROZEN = 64;

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

    /** The user's clicks in event order, numbered: tells clicks of one millisecond apart. */
    long clickNumber;

    boolean converted;

    /** Whether the first conversion makes the label positive. */
    boolean conversionCounts;

    boolean invested;
    long amountMinor;
    long largestMinor;

    /** Labels closed at earlier stages where one sample leaves at the last; null before. */
    float @Nullable [] frozenLabels;

    PendingImpression(long id, long timeMs, long validUntilMs, int scenario, boolean firstOfDay) {
        this.id = id;
        this.timeMs = timeMs;
        this.validUntilMs = validUntilMs;
        this.scenario = scenario;
        this.firstOfDay = firstOfDay;
    }

    void write(DataOutput out) throws IOException {
        float[] labels = frozenLabels;
        out.writeByte(
                (firstOfDay ? FIRST_OF_DAY : 0)
                        | (validUntilMs == UNBOUNDED ? 0 : BOUNDED)
                        | (clicked ? CLICKED : 0)
                        | (converted ? CONVERTED : 0)
                        | (conversionCounts ? CONVERSION_COUNTS : 0)
                        | (invested ? INVESTED : 0)
                        | (labels == null ? 0 : FROZEN));
        out.writeLong(id);
        VarLong.write(out, timeMs);
        VarLong.write(out, nextDeadlineMs - timeMs);
        out.writeInt(scenario);
        VarLong.write(out, stage);
        if (validUntilMs != UNBOUNDED) {
            VarLong.write(out, validUntilMs - timeMs);
        }
        if (clicked) {
            VarLong.write(out, clickMs - timeMs);
            VarLong.write(out, clickNumber);
        }
        if (invested) {
            VarLong.write(out, amountMinor);
            VarLong.write(out, largestMinor);
        }
        if (labels != null) {
            VarLong.write(out, labels.length);
            for (float label : labels) {
                out.writeFloat(label);
            }
        }
    }

    static PendingImpression read(DataInput in) throws IOException {
        int flags = in.readByte();
        long id = in.readLong();
        long timeMs = VarLong.read(in);
        long nextDeadlineMs = timeMs + VarLong.read(in);
        int scenario = in.readInt();
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
        if ((flags & INVESTED) != 0) {
            pending.invested = true;
            pending.amountMinor = VarLong.read(in);
            pending.largestMinor = VarLong.read(in);
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
