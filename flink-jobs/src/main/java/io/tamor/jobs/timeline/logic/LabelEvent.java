package io.tamor.jobs.timeline.logic;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * An accepted event as the labels see it: matched, names hashed. Applied when it ripens, and again
 * where labels are derived anew.
 *
 * @param id the event's own id, for its place among others of its instant
 * @param impression hash of the impression: an impression's own; the one a click or conversion
 *     belongs to; the one an investment names, 0 where it names none
 * @param item hash of the item, {@link #NO_ITEM} for none
 * @param scenario hash of the scenario, 0 for none
 * @param redemption true of an investment that lowers the position
 * @param amountMinor of an investment, 0 otherwise
 * @param validUntilMs of an impression, {@link PendingImpression#UNBOUNDED} otherwise
 * @param firstOfDay whether an impression is its user's first of a UTC day
 */
record LabelEvent(
        EventKind kind,
        long timeMs,
        String id,
        long impression,
        long item,
        int scenario,
        boolean redemption,
        long amountMinor,
        long validUntilMs,
        boolean firstOfDay) {

    /** Item of an event that names none. */
    static final long NO_ITEM = IdHash.of("");

    private static final int KIND = 3;
    private static final int REDEMPTION = 4;
    private static final int BOUNDED = 8;
    private static final int FIRST_OF_DAY = 16;

    static LabelEvent impression(
            Event event, long item, int scenario, @Nullable Long validUntilMs, boolean first) {
        return new LabelEvent(
                EventKind.IMPRESSION,
                event.timeMs(),
                event.id(),
                IdHash.of(event.id()),
                item,
                scenario,
                false,
                0,
                validUntilMs == null ? PendingImpression.UNBOUNDED : validUntilMs,
                first);
    }

    /** A click or conversion of an impression. */
    static LabelEvent matched(Event event, PendingImpression impression) {
        return new LabelEvent(
                event.kind(),
                event.timeMs(),
                event.id(),
                impression.id,
                IdHash.of(event.itemId()),
                impression.scenario,
                false,
                0,
                PendingImpression.UNBOUNDED,
                false);
    }

    static LabelEvent investment(Event event) {
        String named = event.impressionId();
        return new LabelEvent(
                EventKind.INVESTMENT,
                event.timeMs(),
                event.id(),
                named == null ? 0 : IdHash.of(named),
                IdHash.of(event.itemId()),
                IdHash.ofName(event.scenario()),
                event.redemption(),
                event.amountMinor(),
                PendingImpression.UNBOUNDED,
                false);
    }

    /** Type of the event in {@link UserHistory}. */
    int historyType() {
        return redemption ? UserHistory.REDEMPTION : kind.code();
    }

    /** True where this comes before the other in event order. */
    boolean before(LabelEvent other) {
        if (timeMs != other.timeMs) {
            return timeMs < other.timeMs;
        }
        return kind != other.kind ? kind.code() < other.kind.code() : id.compareTo(other.id) < 0;
    }

    void write(DataOutput out) throws IOException {
        out.writeByte(
                kind.code()
                        | (redemption ? REDEMPTION : 0)
                        | (validUntilMs == PendingImpression.UNBOUNDED ? 0 : BOUNDED)
                        | (firstOfDay ? FIRST_OF_DAY : 0));
        VarLong.write(out, timeMs);
        out.writeUTF(id);
        out.writeLong(impression);
        out.writeLong(item);
        out.writeInt(scenario);
        VarLong.write(out, amountMinor);
        if (validUntilMs != PendingImpression.UNBOUNDED) {
            VarLong.write(out, validUntilMs - timeMs);
        }
    }

    static LabelEvent read(DataInput in) throws IOException {
        int flags = in.readByte();
        long timeMs = VarLong.read(in);
        return new LabelEvent(
                EventKind.of(flags & KIND),
                timeMs,
                in.readUTF(),
                in.readLong(),
                in.readLong(),
                in.readInt(),
                (flags & REDEMPTION) != 0,
                VarLong.read(in),
                (flags & BOUNDED) == 0 ? PendingImpression.UNBOUNDED : timeMs + VarLong.read(in),
                (flags & FIRST_OF_DAY) != 0);
    }
}
