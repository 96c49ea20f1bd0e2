package io.tamor.jobs.timeline;

import io.tamor.jobs.timeline.logic.FrozenFeatures;
import io.tamor.jobs.timeline.logic.UserState;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.util.function.ThrowingConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The users of the recent past, written back to keyed state at a checkpoint or when others need the
 * room. A click and the first label follow their impression soon: they find the user here, and what
 * changed several times is written once. At a checkpoint all that changed are written; they stay
 * where the backend has copied them, and are forgotten where it keeps the very object it is given.
 * Bounded by {@link #MOST} remembered things.
 */
final class RecentUsers {
    /** Most pending impressions, remembered events and frozen features; some 30 MB. */
    static final int MOST = 200_000;

    private final ValueState<UserState> states;
    private final MapState<Long, byte[]> frozen;
    private final ThrowingConsumer<String, Exception> keys;
    private final boolean copied;
    private final LinkedHashMap<String, Recent> recent = new LinkedHashMap<>(1024, 0.75f, true);
    private long weight;

    /**
     * @param keys makes a user the current key of keyed state
     * @param copied true where the backend copies what it is given
     */
    RecentUsers(
            ValueState<UserState> states,
            MapState<Long, byte[]> frozen,
            ThrowingConsumer<String, Exception> keys,
            boolean copied) {
        this.states = states;
        this.frozen = frozen;
        this.keys = keys;
        this.copied = copied;
    }

    /** Users on the heap. */
    int count() {
        return recent.size();
    }

    /** A user, to be changed and then {@link #changed}; its key is the current one then. */
    Recent load(String user) throws Exception {
        Recent found = recent.get(user);
        if (found == null) {
            makeRoom();
            keys.accept(user);
            UserState stored = states.value();
            found = new Recent(frozen, stored == null ? new UserState() : stored, stored != null);
            recent.put(user, found);
            weigh(found);
        } else {
            keys.accept(user);
        }
        return found;
    }

    /** Takes note of a change; makes room, which may change the current key. */
    void changed(Recent user) throws Exception {
        user.changed = true;
        weigh(user);
        makeRoom();
    }

    private void weigh(Recent user) {
        long now = user.user.size() + user.fresh.size() + 1L;
        weight += now - user.weight;
        user.weight = now;
    }

    private void makeRoom() throws Exception {
        Iterator<Map.Entry<String, Recent>> eldest = recent.entrySet().iterator();
        while (weight > MOST && recent.size() > 1) {
            Map.Entry<String, Recent> out = eldest.next();
            eldest.remove();
            weight -= out.getValue().weight;
            write(out.getKey(), out.getValue());
        }
    }

    /** Writes all that changed back; changes the current key. */
    void store() throws Exception {
        for (Map.Entry<String, Recent> one : recent.entrySet()) {
            write(one.getKey(), one.getValue());
        }
        if (copied) {
            recent.values().removeIf(one -> one.user.isEmpty());
            weight = recent.values().stream().mapToLong(one -> one.weight).sum();
        } else {
            recent.clear();
            weight = 0;
        }
    }

    private void write(String key, Recent one) throws Exception {
        if (!one.changed) {
            return;
        }
        keys.accept(key);
        if (!one.user.isEmpty()) {
            states.update(one.user);
            one.stored = true;
        } else if (one.stored) {
            states.clear();
            one.stored = false;
        }
        for (Map.Entry<Long, byte[]> sample : one.fresh.entrySet()) {
            frozen.put(sample.getKey(), sample.getValue());
        }
        one.fresh.clear();
        one.changed = false;
    }

    /** A user on the heap; as {@link FrozenFeatures} it is used under the user's key alone. */
    static final class Recent implements FrozenFeatures {
        final UserState user;
        private final MapState<Long, byte[]> frozen;
        private boolean stored;
        private boolean changed;

        /** Frozen since the user was loaded, not in keyed state. */
        private final Map<Long, byte[]> fresh = new HashMap<>(2);

        private long weight;

        private Recent(MapState<Long, byte[]> frozen, UserState user, boolean stored) {
            this.frozen = frozen;
            this.user = user;
            this.stored = stored;
        }

        @Override
        public byte @Nullable [] find(long impression) throws Exception {
            byte[] found = fresh.get(impression);
            return found == null ? frozen.get(impression) : found;
        }

        @Override
        public byte[] get(long impression) throws Exception {
            byte[] found = find(impression);
            if (found == null) {
                throw new IllegalStateException(
                        "a pending impression has no frozen features: the state is damaged");
            }
            return found;
        }

        @Override
        public void put(long impression, byte[] sample) {
            fresh.put(impression, sample);
        }

        @Override
        public void remove(long impression) throws Exception {
            if (fresh.remove(impression) == null) {
                frozen.remove(impression);
            }
        }
    }
}
