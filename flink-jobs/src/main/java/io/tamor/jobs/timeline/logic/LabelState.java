package io.tamor.jobs.timeline.logic;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * What a user's accepted events have made of labels and position so far: everything {@link
 * LabelTimeline} reads and writes, and so all that is needed to go on from an instant.
 */
final class LabelState {
    long positionMinor;

    /**
     * Since when the user is in the tier; 0: no change was ever seen, or no feature asks. Kept as
     * long as the position: what a feature says must not depend on when state was cleared.
     */
    long tierSinceMs;

    /** Number of the latest click or subscription. */
    long number;

    /** Impressions with labels still open, in event order. */
    final List<PendingImpression> pending = new ArrayList<>(2);

    private long earliestDeadlineMs = -1;

    /** The impression that opened last. */
    PendingImpression newest() {
        return pending.get(pending.size() - 1);
    }

    /** When the next stage closes, Long.MAX_VALUE for never. */
    long earliestDeadlineMs() {
        if (earliestDeadlineMs < 0) {
            earliestDeadlineMs = Long.MAX_VALUE;
            for (PendingImpression impression : pending) {
                earliestDeadlineMs = Math.min(earliestDeadlineMs, impression.nextDeadlineMs);
            }
        }
        return earliestDeadlineMs;
    }

    /** Deadlines have changed. */
    void deadlinesChanged() {
        earliestDeadlineMs = -1;
    }

    /** Deadlines have changed, and this is when the next stage closes. */
    void deadlinesChanged(long earliestMs) {
        earliestDeadlineMs = earliestMs;
    }

    /** An impression opens. */
    void open(PendingImpression impression) {
        pending.add(impression);
        if (earliestDeadlineMs >= 0) {
            earliestDeadlineMs = Math.min(earliestDeadlineMs, impression.nextDeadlineMs);
        }
    }

    void writePending(DataOutput out) throws IOException {
        VarLong.write(out, pending.size());
        for (PendingImpression impression : pending) {
            impression.write(out);
        }
    }

    void readPending(DataInput in, int version) throws IOException {
        for (long left = VarLong.read(in); left > 0; left--) {
            pending.add(PendingImpression.read(in, version));
        }
    }

    void write(DataOutput out) throws IOException {
        VarLong.write(out, positionMinor);
        VarLong.write(out, tierSinceMs);
        VarLong.write(out, number);
        writePending(out);
    }

    static LabelState read(DataInput in, int version) throws IOException {
        LabelState state = new LabelState();
        state.positionMinor = VarLong.read(in);
        state.tierSinceMs = VarLong.read(in);
        state.number = VarLong.read(in);
        state.readPending(in, version);
        return state;
    }

    LabelState copy() {
        LabelState copy = new LabelState();
        copy.positionMinor = positionMinor;
        copy.tierSinceMs = tierSinceMs;
        copy.number = number;
        for (PendingImpression impression : pending) {
            copy.pending.add(impression.copy());
        }
        return copy;
    }
}
