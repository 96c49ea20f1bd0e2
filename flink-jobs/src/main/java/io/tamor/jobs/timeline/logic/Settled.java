package io.tamor.jobs.timeline.logic;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A user's labels as of an instant that no late outcome can reach any more, and the accepted events
 * since: from here labels are derived anew. Kept only where late outcomes are taken. Bounded by the
 * grace: an event moves into the labels when it is over, and an impression leaves them when its
 * last window has been closed for as long.
 */
final class Settled {
    final LabelState labels;

    /** The instant. */
    long throughMs;

    /** Accepted events after the instant, in event order. */
    final List<LabelEvent> since = new ArrayList<>(2);

    /** Version of the newest correction. */
    long version;

    Settled(LabelState labels, long throughMs) {
        this.labels = labels;
        this.throughMs = throughMs;
    }

    /** How many of the events since are before an event in event order. */
    int before(LabelEvent event) {
        int count = since.size();
        while (count > 0 && event.before(since.get(count - 1))) {
            count--;
        }
        return count;
    }

    void write(DataOutput out) throws IOException {
        VarLong.write(out, throughMs);
        VarLong.write(out, version);
        labels.write(out);
        VarLong.write(out, since.size());
        for (LabelEvent event : since) {
            event.write(out);
        }
    }

    static Settled read(DataInput in, int version) throws IOException {
        long throughMs = VarLong.read(in);
        long corrections = VarLong.read(in);
        Settled settled = new Settled(LabelState.read(in, version), throughMs);
        settled.version = corrections;
        for (long left = VarLong.read(in); left > 0; left--) {
            settled.since.add(LabelEvent.read(in));
        }
        return settled;
    }
}
