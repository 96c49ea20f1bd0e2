package io.tamor.jobs.learner;

import io.tamor.jobs.learner.logic.UserRow;
import io.tamor.jobs.learner.logic.UserRowStore;
import org.apache.flink.api.common.state.KeyedStateStore;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.state.KeyedStateBackend;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.VoidNamespaceSerializer;
import org.apache.flink.streaming.api.operators.InternalTimerService;
import org.jspecify.annotations.Nullable;

/**
 * The users' rows in keyed state. A mini-batch spans many keys, so every access switches the key.
 * State per user: the row; a mark while it has changed since the last version; one event-time timer
 * that drops the row when no sample has trained it for its time to live.
 */
final class UserRows implements UserRowStore {
    private static final ValueStateDescriptor<UserRow> ROW =
            new ValueStateDescriptor<>("user-row", TypeInformation.of(UserRow.class));
    private static final ValueStateDescriptor<Boolean> CHANGED =
            new ValueStateDescriptor<>("user-row-changed", Types.BOOLEAN);

    private final KeyedStateBackend<String> backend;
    private final InternalTimerService<VoidNamespace> timers;
    private final long timeToLiveMs;
    private final ValueState<UserRow> rows;
    private final ValueState<Boolean> changed;

    /** Takes a changed row; null where it has been dropped. */
    @FunctionalInterface
    interface ChangeVisitor {
        void visit(String userId, @Nullable UserRow row);
    }

    /** Takes a row's values as of a version; null where there was none. */
    @FunctionalInterface
    interface AsOfVisitor {
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

    @Override
    public @Nullable UserRow load(String userId) throws Exception {
        backend.setCurrentKey(userId);
        return rows.value();
    }

    @Override
    public void save(String userId, UserRow row) throws Exception {
        backend.setCurrentKey(userId);
        if (!row.changed && row.admitted()) {
            row.changed = true;
            changed.update(true);
        }
        if (!row.timed) {
            row.timed = true;
            expireAt(row.trainedMs + timeToLiveMs);
        }
        rows.update(row);
    }

    /** The current key's timer has fired; a row still in use is asked again when it may be due. */
    void onTimer(long timeMs, boolean inUse) throws Exception {
        UserRow row = rows.value();
        if (row == null) {
            return;
        }
        long dueMs = row.trainedMs + timeToLiveMs;
        if (inUse || dueMs > timeMs) {
            expireAt(inUse ? timeMs + timeToLiveMs : dueMs);
            return;
        }
        rows.clear();
        if (row.admitted()) {
            changed.update(true);
        }
    }

    /** Shows every row changed since the last call and takes their marks away. */
    void drainChanges(ChangeVisitor visitor) throws Exception {
        backend.applyToAllKeys(
                VoidNamespace.INSTANCE,
                VoidNamespaceSerializer.INSTANCE,
                CHANGED,
                (userId, mark) -> {
                    UserRow row = rows.value();
                    visitor.visit(userId, row);
                    mark.clear();
                    if (row != null) {
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
    void publish(long before, long moment, AsOfVisitor visitor) throws Exception {
        backend.applyToAllKeys(
                VoidNamespace.INSTANCE,
                VoidNamespaceSerializer.INSTANCE,
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
    void takeBack(long takenBack, long good, AsOfVisitor visitor) throws Exception {
        backend.applyToAllKeys(
                VoidNamespace.INSTANCE,
                VoidNamespaceSerializer.INSTANCE,
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
        backend.applyToAllKeys(
                VoidNamespace.INSTANCE,
                VoidNamespaceSerializer.INSTANCE,
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
