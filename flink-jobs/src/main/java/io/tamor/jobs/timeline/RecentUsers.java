package io.tamor.jobs.timeline;

import io.tamor.jobs.timeline.logic.FrozenFeatures;
import io.tamor.jobs.timeline.logic.UserState;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.ValueState;

/**
 * The users of the recent past, written back to keyed state at a checkpoint or when others need the
 * room. A click and the first label follow their impression soon: they find the user here, and what
 * changed several times is written once. At a checkpoint all are written and forgotten, since a
 * backend may keep the very object it is given. Bounded by {@link #MOST} remembered things.
 */
final class RecentUsers {
    /** Most pending impressions, remembered events and frozen features; some 30 MB. */
    static final int MOST = 200_000;

    private final ValueState<UserState> states;
    private final MapState<Long, byte[]> frozen;
    private final KeySetter keys;
    private final LinkedHashMap<String, Recent> recent = new LinkedHashMap<>(1024, 0.75f, true);
    private long weight;

    RecentUsers(ValueState<UserState> states, MapState<Long, byte[]> frozen, KeySetter keys) {
        this.states = states;
        this.frozen = frozen;
        this.keys = keys;
    }

    /** Makes a user the current key of keyed state. */
    @FunctionalInterface
    interface KeySetter {
        void set(String user);
    }

    /** The current key's user, to be changed and then {@link #changed}. */
    Recent load(String user) throws Exception {
        Recent found = recent.get(user);
        if (found == null) {
            UserState stored = states.value();
            found = new Recent(frozen, stored == null ? new UserState() : stored, stored != null);
            recent.put(user, found);
        }
        return found;
    }

    /** Takes note of a change; makes room, which may change the current key. */
    void changed(Recent user) throws Exception {
        long now = user.user.size() + user.fresh.size() + 1L;
        weight += now - user.weight;
        user.weight = now;
        Iterator<Map.Entry<String, Recent>> eldest = recent.entrySet().iterator();
        while (weight > MOST && recent.size() > 1) {
            Map.Entry<String, Recent> out = eldest.next();
            eldest.remove();
            write(out.getKey(), out.getValue());
        }
    }

    /** Writes all users back; changes the current key. */
    void store() throws Exception {
        for (Map.Entry<String, Recent> one : recent.entrySet()) {
            write(one.getKey(), one.getValue());
        }
        recent.clear();
    }

    private void write(String key, Recent one) throws Exception {
        weight -= one.weight;
        keys.set(key);
        if (!one.user.isEmpty()) {
            states.update(one.user);
        } else if (one.stored) {
            states.clear();
        }
        for (Map.Entry<Long, byte[]> sample : one.fresh.entrySet()) {
            frozen.put(sample.getKey(), sample.getValue());
        }
    }

    /** A user on the heap; as {@link FrozenFeatures} it is used under the user's key alone. */
    static final class Recent implements FrozenFeatures {
        final UserState user;
        private final MapState<Long, byte[]> frozen;
        private final boolean stored;

        /** Frozen since the user was loaded, not in keyed state. */
        private final Map<Long, byte[]> fresh = new HashMap<>(2);

        private long weight;

        private Recent(MapState<Long, byte[]> frozen, UserState user, boolean stored) {
            this.frozen = frozen;
            this.user = user;
            this.stored = stored;
        }

        @Override
        public byte[] get(long impression) throws Exception {
            byte[] found = fresh.get(impression);
            if (found == null) {
                found = frozen.get(impression);
            }
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
