package io.tamor.jobs.learner;

import io.tamor.jobs.learner.logic.UserRow;
import io.tamor.jobs.learner.logic.UserRowStore;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.state.KeyedStateStore;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.state.KeyedStateBackend;
import org.apache.flink.runtime.state.KeyedStateFunction;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.VoidNamespaceSerializer;
import org.apache.flink.streaming.api.operators.InternalTimerService;
import org.jspecify.annotations.Nullable;

/**
 * The users' rows in keyed state, the latest of them in memory. A mini-batch spans many keys, so
 * every access to the state switches the key; what a checkpoint stores is written just before it.
 * State per user: the row; a mark while it has changed since the last version; one event-time timer
 * that drops the row when no sample has trained it for its time to live. Memory: {@value
 * #MOST_LOADED} rows.
 */
final class UserRows implements UserRowStore {
    private static final ValueStateDescriptor<UserRow> ROW =
            new ValueStateDescriptor<>("user-row", TypeInformation.of(UserRow.class));
    private static final ValueStateDescriptor<Boolean> CHANGED =
            new ValueStateDescriptor<>("user-row-changed", Types.BOOLEAN);

    /**
     * Rows in memory. The one that came first makes room, unless it was used since it was looked at
     * last: then it has a second chance behind all others. So a use changes no order, which would
     * be most of what it costs.
     */
    private static final int MOST_LOADED = 1 << 16;

    private final KeyedStateBackend<String> backend;
    private final InternalTimerService<VoidNamespace> timers;
    private final long timeToLiveMs;
    private final ValueState<UserRow> rows;
    private final ValueState<Boolean> changed;
    private final Map<String, Loaded> loaded = new LinkedHashMap<>(MOST_LOADED);
    private int mostLoaded = MOST_LOADED;

    /** Those that the state lags behind; some may be written already. */
    private final List<Loaded> unwritten = new ArrayList<>();

    /** A row in memory, which the state may lag behind. */
    private static final class Loaded extends Place {
        boolean unwritten;

        /** Whether it is the one in memory: not before a new user's row is saved first. */
        boolean kept;

        /** Since it came or was last looked at. */
        boolean used;

        /** Whether the state has the mark that the row has changed. */
        boolean marked;

        Loaded(String userId, @Nullable UserRow row) {
            super(userId, row);
            this.marked = row != null && row.changed;
        }

        UserRow theRow() {
            UserRow present = row;
            if (present == null) {
                throw new IllegalStateException("user " + userId + " has no row yet");
            }
            return present;
        }
    }

    /** Takes a user's row, as it is or as of a version; null values where the user has none. */
    @FunctionalInterface
    interface Visitor {
        void visit(String userId, float @Nullable [] values, long trainedMs);
    }

    UserRows(
            KeyedStateBackend<String> backend,
            KeyedStateStore store,
            InternalTimerService<VoidNamespace> timers,
            long timeToLiveMs) {
        this.backend = backend;
        this.timers = timers;
        this.timeToLiveMs = timeToLiveMs;
        this.rows = store.getState(ROW);
        this.changed = store.getState(CHANGED);
    }

    /** Holds fewer rows, at least 1; for tests, since results are the same. */
    void holdAtMost(int rows) throws Exception {
        mostLoaded = rows;
        makeRoom();
    }

    @Override
    public Place find(String userId) throws Exception {
        Loaded known = loaded.get(userId);
        if (known == null) {
            backend.setCurrentKey(userId);
            known = new Loaded(userId, rows.value());
            if (known.row != null) {
                keep(known);
            }
        } else {
            known.used = true;
        }
        return known;
    }

    @Override
    public Place renew(Place found) throws Exception {
        return ((Loaded) found).kept ? found : find(found.userId);
    }

    @Override
    public void save(Place place) throws Exception {
        Loaded known = (Loaded) place;
        if (!known.kept) {
            keep(known);
        }
        UserRow row = known.theRow();
        lagsBehind(known);
        row.changed |= row.admitted();
        if (!row.timed) {
            row.timed = true;
            backend.setCurrentKey(known.userId);
            expireAt(row.trainedMs + timeToLiveMs);
        }
    }

    /** Rows held on to until they are written; bounded like those in memory. */
    int heldToWrite() {
        return unwritten.size();
    }

    /** Makes the state hold what is in memory. */
    void flush() throws Exception {
        for (Loaded one : unwritten) {
            write(one);
        }
        unwritten.clear();
    }

    private void lagsBehind(Loaded known) {
        if (!known.unwritten) {
            known.unwritten = true;
            unwritten.add(known);
            if (unwritten.size() > 2 * mostLoaded) {
                unwritten.removeIf(one -> !one.unwritten); // those that made room
            }
        }
    }

    private void keep(Loaded row) throws Exception {
        row.kept = true;
        row.used = true; // or it might be the one that makes room
        Loaded former = loaded.put(row.userId, row);
        if (former != null) {
            former.kept = former == row;
        }
        makeRoom();
    }

    private void makeRoom() throws Exception {
        while (loaded.size() > mostLoaded) {
            Iterator<Loaded> all = loaded.values().iterator();
            Loaded oldest = all.next();
            all.remove();
            if (oldest.used) {
                oldest.used = false;
                loaded.put(oldest.userId, oldest);
            } else {
                write(oldest);
                oldest.kept = false;
            }
        }
    }

    private void write(Loaded known) throws Exception {
        if (!known.unwritten) {
            return;
        }
        backend.setCurrentKey(known.userId);
        UserRow row = known.theRow();
        if (row.changed && !known.marked) {
            changed.update(true);
            known.marked = true;
        }
        rows.update(row);
        known.unwritten = false;
    }

    /** From here on the state alone counts. */
    private void unload() throws Exception {
        flush();
        loaded.values().forEach(row -> row.kept = false);
        loaded.clear();
    }

    /** The current key's timer has fired; a row that was trained since is due later. */
    void onTimer(long timeMs) throws Exception {
        Loaded known = loaded.remove(backend.getCurrentKey());
        if (known != null) {
            write(known);
            known.kept = false;
        }
        UserRow row = rows.value();
        if (row == null) {
            return;
        }
        long dueMs = row.trainedMs + timeToLiveMs;
        if (dueMs > timeMs) {
            expireAt(dueMs);
            return;
        }
        rows.clear();
        if (row.admitted() || row.changed) {
            changed.update(true);
        }
    }

    /** Goes through all keys that have the state. */
    private <T> void walk(
            ValueStateDescriptor<T> state, KeyedStateFunction<String, ValueState<T>> visit)
            throws Exception {
        backend.applyToAllKeys(
                VoidNamespace.INSTANCE, VoidNamespaceSerializer.INSTANCE, state, visit);
    }

    private static void show(String userId, @Nullable UserRow row, Visitor visitor) {
        visitor.visit(
                userId,
                row == null || !row.admitted() ? null : row.values,
                row == null ? 0 : row.trainedMs);
    }

    /** Shows every row changed since they were drained last. */
    void showChanges(Visitor visitor) throws Exception {
        flush();
        walk(CHANGED, (userId, mark) -> show(userId, rows.value(), visitor));
    }

    /** Shows every row changed since the last call and takes their marks away. */
    void drainChanges(Visitor visitor) throws Exception {
        flush(); // in the state's order, which does not depend on what is in memory
        walk(
                CHANGED,
                (userId, mark) -> {
                    Loaded known = loaded.get(userId);
                    UserRow row = known == null ? rows.value() : known.row;
                    show(userId, row, visitor);
                    mark.clear();
                    if (known != null) {
                        known.theRow().changed = false;
                        known.marked = false;
                        lagsBehind(known);
                    } else if (row != null) {
                        row.changed = false;
                        rows.update(row);
                    }
                });
    }

    /**
     * A version was published of what was known at a moment: shows the rows changed before it, as
     * of it; those changed later stay marked.
     *
     * @param before the moment of the version published last, 0 for none
     */
    void publish(long before, long moment, Visitor visitor) throws Exception {
        unload();
        walk(
                CHANGED,
                (userId, mark) -> {
                    UserRow row = rows.value();
                    if (row == null) {
                        visitor.visit(userId, null, 0);
                        mark.clear();
                        return;
                    }
                    boolean later = row.changedSince(moment);
                    float[] values = row.valuesAsOf(moment);
                    if (!later
                            || (before == 0
                                    ? values != null
                                    : row.changedBetween(before, moment))) {
                        visitor.visit(userId, values, row.trainedMs);
                    }
                    if (!later) {
                        mark.clear();
                        row.changed = false;
                        rows.update(row);
                    }
                });
    }

    /**
     * Readers go back to a version: shows every row that may differ between that version and the
     * one taken back, as of the former; null where there was none then. All of them are to be shown
     * again with the next version. Walks all rows.
     */
    void takeBack(long takenBack, long good, Visitor visitor) throws Exception {
        unload();
        walk(
                ROW,
                (userId, state) -> {
                    UserRow row = state.value();
                    if (row.changedBetween(good, takenBack)) {
                        visitor.visit(userId, row.valuesAsOf(good), row.trainedMs);
                        row.changed = true;
                        state.update(row);
                        changed.update(true);
                    }
                });
    }

    /** Makes every row what it was as of a version; one that was not there then is dropped. */
    void returnTo(long version) throws Exception {
        unload();
        walk(
                ROW,
                (userId, state) -> {
                    UserRow row = state.value();
                    if (row.changedSince(version)) {
                        if (row.returnTo(version)) {
                            state.update(row);
                        } else {
                            state.clear();
                        }
                    }
                });
    }

    private void expireAt(long timeMs) {
        timers.registerEventTimeTimer(VoidNamespace.INSTANCE, timeMs);
    }
}
