package io.tamor.jobs.timeline.logic;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All that is remembered of a user beside unripe events and frozen features: position, tier,
 * pending impressions, aggregates and the events of the recent past. Mutable; owned by the
 * operator's current key.
 */
public final class UserState {
    private static final int VERSION = 2;
    private static final long NEVER = Long.MAX_VALUE;

    long positionMinor;

    /** Hash of the tier last named by an impression, 0 where tiers are bands of the position. */
    int namedTier;

    /**
     * Since when the user is in the tier; 0: no change was ever seen, or no feature asks. Kept as
     * long as the position: what a feature says must not depend on when state was cleared.
     */
    long tierSinceMs;

    /** UTC day of the latest accepted impression, 0 for none. */
    long lastImpressionDay;

    /**
     * Time of the newest event or deadline that was applied: nothing at or before it can follow.
     */
    long appliedMs;

    /** Number of the latest click. */
    long clickNumber;

    /** In event order. */
    final List<PendingImpression> pending = new ArrayList<>(2);

    /** As long as labels, matching and duplicates need. */
    UserHistory history = new UserHistory();

    /** Null where it is still to be made from the history, as version 1 kept no aggregates. */
    @Nullable Aggregates aggregates = new Aggregates();

    /** Ranking requests whose features are frozen, in event order. */
    final List<RequestRules.Open> requests = new ArrayList<>(1);

    private long wakeMs = NEVER;

    Aggregates aggregates() {
        Aggregates made = aggregates;
        if (made == null) {
            throw new IllegalStateException("the aggregates are not made yet");
        }
        return made;
    }

    /** Number of impressions with labels still open. */
    public int pendingCount() {
        return pending.size();
    }

    /** True where nothing is left to remember, so that the user's entry can go. */
    public boolean isEmpty() {
        return pending.isEmpty()
                && history.size() == 0
                && requests.isEmpty()
                && (aggregates == null || aggregates.isEmpty())
                && positionMinor == 0
                && tierSinceMs == 0;
    }

    /**
     * Decides whether a new wake-up is due.
     *
     * @param nowMs current watermark: timers up to it have fired
     * @param dueMs when the state next needs attention, Long.MAX_VALUE for never
     * @return true where the caller must set a timer at {@code dueMs}; false where one set earlier
     *     comes soon enough
     */
    public boolean wake(long nowMs, long dueMs) {
        if (wakeMs <= nowMs) {
            wakeMs = NEVER;
        }
        if (dueMs >= wakeMs) {
            return false;
        }
        wakeMs = dueMs;
        return true;
    }

    /** Writes the newest version of the stored form. */
    public void write(DataOutput out) throws IOException {
        out.writeByte(VERSION);
        VarLong.write(out, positionMinor);
        out.writeInt(namedTier);
        VarLong.write(out, tierSinceMs);
        VarLong.write(out, lastImpressionDay);
        VarLong.write(out, appliedMs);
        VarLong.write(out, clickNumber);
        VarLong.write(out, wakeMs);
        VarLong.write(out, pending.size());
        for (PendingImpression impression : pending) {
            impression.write(out);
        }
        history.write(out);
        Aggregates made = aggregates;
        out.writeBoolean(made != null);
        if (made != null) {
            made.write(out);
        }
        VarLong.write(out, requests.size());
        for (RequestRules.Open request : requests) {
            request.write(out);
        }
    }

    /** Reads any version of the stored form. */
    public static UserState read(DataInput in) throws IOException {
        int version = in.readByte();
        if (version < 1 || version > VERSION) {
            throw new IOException(
                    "user state: version "
                            + version
                            + ", this build reads 1 to "
                            + VERSION
                            + "; restore with the build that wrote it or a newer one");
        }
        UserState state = new UserState();
        state.positionMinor = VarLong.read(in);
        state.namedTier = in.readInt();
        state.tierSinceMs = VarLong.read(in);
        state.lastImpressionDay = VarLong.read(in);
        state.appliedMs = VarLong.read(in);
        state.clickNumber = VarLong.read(in);
        state.wakeMs = VarLong.read(in);
        int count = (int) VarLong.read(in);
        for (int i = 0; i < count; i++) {
            state.pending.add(PendingImpression.read(in));
        }
        state.history = UserHistory.read(in);
        state.aggregates = version >= 2 && in.readBoolean() ? Aggregates.read(in) : null;
        int requestCount = version >= 2 ? (int) VarLong.read(in) : 0;
        for (int i = 0; i < requestCount; i++) {
            state.requests.add(RequestRules.Open.read(in));
        }
        return state;
    }
}
