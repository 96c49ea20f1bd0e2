package io.tamor.jobs.timeline;

import io.tamor.jobs.timeline.logic.RawEvent;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import org.apache.flink.api.common.state.ListState;

/**
 * Events that the watermark has not passed. Most ripen soon, so they wait on the heap, and go to
 * keyed state only at a checkpoint or where they are too many: an event that ripens before costs no
 * state access at all. Bounded by {@link #MOST} events on the heap and a table of fixed size.
 */
final class UnripeEvents {
    /** Most events on the heap; some 10 MB. */
    static final int MOST = 20_000;

    private static final int SLOTS = 1 << 16;

    /** Moves what waits on the heap into keyed state, each with its timer. */
    @FunctionalInterface
    interface KeyedWriter {
        void write(RawEvent event) throws Exception;
    }

    private final PriorityQueue<RawEvent> waiting =
            new PriorityQueue<>(Comparator.comparingLong(RawEvent::timeMs));
    private final Map<String, List<RawEvent>> ripe = new HashMap<>();

    /** Events in keyed state by their user's hash: no user of an empty slot need be looked up. */
    private final int[] stored = new int[SLOTS];

    void add(RawEvent event) {
        waiting.add(event);
    }

    boolean isFull() {
        return waiting.size() >= MOST;
    }

    /** Time of the earliest event on the heap, Long.MAX_VALUE for none. */
    long earliestMs() {
        RawEvent first = waiting.peek();
        return first == null ? Long.MAX_VALUE : first.timeMs();
    }

    /** Makes the events up to a time ripe; returns their users. */
    List<String> ripen(long upToMs) {
        List<String> users = new ArrayList<>();
        for (RawEvent first; (first = waiting.peek()) != null && first.timeMs() <= upToMs; ) {
            waiting.poll();
            List<RawEvent> events = ripe.get(first.userId());
            if (events == null) {
                events = new ArrayList<>(2);
                ripe.put(first.userId(), events);
                users.add(first.userId());
            }
            events.add(first);
        }
        return users;
    }

    /** Takes a user's ripe events, on the heap and in the state under the user's key. */
    List<RawEvent> take(String user, long upToMs, ListState<RawEvent> state) throws Exception {
        List<RawEvent> taken = ripe.remove(user);
        List<RawEvent> events = taken == null ? new ArrayList<>(2) : taken;
        int slot = slot(user);
        if (stored[slot] == 0) {
            return events;
        }
        List<RawEvent> rest = new ArrayList<>();
        int before = events.size();
        for (RawEvent event : state.get()) {
            (event.timeMs() <= upToMs ? events : rest).add(event);
        }
        int found = events.size() - before;
        stored[slot] -= found;
        if (found > 0 && rest.isEmpty()) {
            state.clear();
        } else if (found > 0) {
            state.update(rest);
        }
        return events;
    }

    /** Moves all that waits on the heap into keyed state. */
    void store(KeyedWriter writer) throws Exception {
        for (RawEvent event : waiting) {
            writer.write(event);
            noteStored(event.userId());
        }
        waiting.clear();
    }

    /** Notes that keyed state holds an event of the user. */
    void noteStored(String user) {
        stored[slot(user)]++;
    }

    private static int slot(String user) {
        int hash = user.hashCode();
        return (hash ^ hash >>> 16) & SLOTS - 1;
    }
}
