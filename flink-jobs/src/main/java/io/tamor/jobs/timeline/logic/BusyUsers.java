package io.tamor.jobs.timeline.logic;

import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;

/**
 * The users with the most events of an interval, in the memory of {@value #MOST} counts (Misra,
 * Gries, Finding repeated elements, 1982): a count is too low by at most a {@value #MOST}th of all
 * events. Users are hashes: a raw id goes nowhere.
 */
public final class BusyUsers {
    private static final int MOST = 64;

    private final Map<Long, long[]> counts = new HashMap<>();
    private long total;

    /** The busiest user of an interval; {@code share} of its events, 0 where there were none. */
    public record Busiest(long userHash, double share, long events) {
        public static final Busiest NOBODY = new Busiest(0, 0, 0);
    }

    /** Counts an event of a user. */
    public void add(String userId) {
        total++;
        long hash = IdHash.of(userId);
        long[] count = counts.get(hash);
        if (count != null) {
            count[0]++;
        } else if (counts.size() < MOST) {
            counts.put(hash, new long[] {1});
        } else {
            forgetOneOfEach();
        }
    }

    private void forgetOneOfEach() {
        for (Iterator<long[]> i = counts.values().iterator(); i.hasNext(); ) {
            if (--i.next()[0] == 0) {
                i.remove();
            }
        }
    }

    /** Ends the interval and begins the next. */
    public Busiest take() {
        Busiest busiest = Busiest.NOBODY;
        for (Map.Entry<Long, long[]> count : counts.entrySet()) {
            long events = count.getValue()[0];
            if (events > busiest.events()) {
                busiest = new Busiest(count.getKey(), events / (double) total, events);
            }
        }
        counts.clear();
        total = 0;
        return busiest;
    }
}
