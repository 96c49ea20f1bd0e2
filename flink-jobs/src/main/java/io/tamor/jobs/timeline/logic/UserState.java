package io.tamor.jobs.timeline.logic;

import io.tamor.jobs.io.FormVersion;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All that is remembered of a user beside unripe events and frozen features: labels and position,
 * tier, aggregates, the events of the recent past and, where late outcomes are taken, what labels
 * are derived anew from. Mutable; owned by the operator's current key.
 */
public final class UserState {
    /** The stored form that is written; {@link #read} says what the older ones lack. */
    public static final int VERSION = 6;

    private static final int NAMED_TIER = 1;
    private static final int AGGREGATES = 2;
    private static final int AGGREGATES_UNMADE = 4;
    private static final int SETTLED = 8;
    private static final int PENDING_APART = 16;

    /** As of {@link #appliedMs}. */
    LabelState labels = new LabelState();

    /** Null where late outcomes are not taken, or none could change anything. */
    @Nullable Settled settled;

    /** Hash of the tier last named by an impression, 0 where tiers are bands of the position. */
    int namedTier;

    /** UTC day of the latest accepted impression; 0 for none, and for the first day there is. */
    long lastImpressionDay;

    /**
     * Time of the newest event accepted or deadline closed: nothing at or before it can follow but
     * what is late.
     */
    long appliedMs;

    /** As long as matching and duplicates need. */
    UserHistory history = new UserHistory();

    /** Null where it is still to be made from the history, as version 1 kept no aggregates. */
    @Nullable Aggregates aggregates = new Aggregates();

    /** Ranking requests whose features are frozen, in event order. */
    final List<RequestRules.Open> requests = new ArrayList<>(1);

    Aggregates aggregates() {
        Aggregates made = aggregates;
        if (made == null) {
            throw new IllegalStateException("the aggregates are not made yet");
        }
        return made;
    }

    /** Number of impressions with labels still open. */
    public int pendingCount() {
        return labels.pending.size();
    }

    /** Pending impressions and remembered events: what the state's size grows with. */
    public int size() {
        return labels.pending.size() + history.size();
    }

    /** True where nothing is left to remember, so that the user's entry can go. */
    public boolean isEmpty() {
        return labels.pending.isEmpty()
                && !forgets()
                && labels.positionMinor == 0
                && labels.tierSinceMs == 0;
    }

    /**
     * True where something of the user is forgotten with time. As long as it is, one look at the
     * user is due.
     */
    public boolean forgets() {
        return settled != null
                || history.size() > 0
                || !requests.isEmpty()
                || (aggregates != null && !aggregates.isEmpty());
    }

    /** Writes the newest version of the stored form. */
    public void write(DataOutput out) throws IOException {
        Aggregates made = aggregates;
        Settled remembered = settled;
        boolean held = history.holds(labels.pending);
        out.writeByte(VERSION);
        out.writeByte(
                (namedTier == 0 ? 0 : NAMED_TIER)
                        | (made == null ? AGGREGATES_UNMADE : made.isEmpty() ? 0 : AGGREGATES)
                        | (remembered == null ? 0 : SETTLED)
                        | (held ? 0 : PENDING_APART));
        VarLong.write(out, labels.positionMinor);
        VarLong.write(out, labels.tierSinceMs);
        VarLong.write(out, labels.number);
        if (namedTier != 0) {
            out.writeInt(namedTier);
        }
        VarLong.write(out, lastImpressionDay);
        VarLong.write(out, appliedMs);
        history.write(out, held ? labels.pending : List.of());
        if (!held) { // a longer window was configured than the events were kept for
            labels.writePending(out);
        }
        if (made != null && !made.isEmpty()) {
            made.write(out);
        }
        if (remembered != null) {
            remembered.write(out);
        }
        VarLong.write(out, requests.size());
        for (RequestRules.Open request : requests) {
            request.write(out);
        }
    }

    /** Reads any version of the stored form. */
    public static UserState read(DataInput in) throws IOException {
        int version = FormVersion.require("user state", 1, VERSION, in.readByte());
        if (version <= 2) {
            return readVersion2(in, version);
        }
        return version <= 4 ? readVersion4(in, version) : readVersion6(in, version);
    }

    /** Versions 5 and 6 differ in what a user's events are written as. */
    private static UserState readVersion6(DataInput in, int version) throws IOException {
        UserState state = new UserState();
        int flags = in.readByte();
        state.labels.positionMinor = VarLong.read(in);
        state.labels.tierSinceMs = VarLong.read(in);
        state.labels.number = VarLong.read(in);
        state.namedTier = (flags & NAMED_TIER) == 0 ? 0 : in.readInt();
        state.lastImpressionDay = VarLong.read(in);
        state.appliedMs = VarLong.read(in);
        state.history = UserHistory.read(in, state.labels.pending, version);
        if ((flags & PENDING_APART) != 0) {
            state.labels.readPending(in, version);
        }
        if ((flags & AGGREGATES_UNMADE) != 0) {
            state.aggregates = null;
        } else if ((flags & AGGREGATES) != 0) {
            state.aggregates = Aggregates.read(in);
        }
        state.settled = (flags & SETTLED) == 0 ? null : Settled.read(in, version);
        state.readRequests(in);
        return state;
    }

    private void readRequests(DataInput in) throws IOException {
        for (long left = VarLong.read(in); left > 0; left--) {
            requests.add(RequestRules.Open.read(in));
        }
    }

    /** Versions 3 and 4: open labels and events apart; version 3 froze no requests. */
    private static UserState readVersion4(DataInput in, int version) throws IOException {
        UserState state = new UserState();
        state.labels = LabelState.read(in, version);
        state.namedTier = in.readInt();
        state.lastImpressionDay = VarLong.read(in);
        state.appliedMs = VarLong.read(in);
        VarLong.read(in); // when it was to be looked at
        state.history = UserHistory.readVersion4(in);
        state.aggregates = in.readBoolean() ? Aggregates.read(in) : null;
        state.settled = in.readBoolean() ? Settled.read(in, version) : null;
        if (version == 4) {
            state.readRequests(in);
        }
        return state;
    }

    /**
     * Version 2: one label set, no redemptions in labels, totals summed from the history. Version 1
     * had no aggregates either.
     */
    private static UserState readVersion2(DataInput in, int version) throws IOException {
        UserState state = new UserState();
        state.labels.positionMinor = VarLong.read(in);
        state.namedTier = in.readInt();
        state.labels.tierSinceMs = VarLong.read(in);
        state.lastImpressionDay = VarLong.read(in);
        state.appliedMs = VarLong.read(in);
        state.labels.number = VarLong.read(in);
        VarLong.read(in); // when it was to be looked at
        state.labels.readPending(in, version);
        state.history = UserHistory.readVersion4(in);
        state.aggregates = version == 2 && in.readBoolean() ? Aggregates.read(in) : null;
        for (PendingImpression impression : state.labels.pending) {
            if (impression.firstOfDay) {
                impression.totalMinor = state.history.subscribedAfter(impression.timeMs);
                impression.netTotalMinor = impression.totalMinor;
            }
        }
        return state;
    }
}
