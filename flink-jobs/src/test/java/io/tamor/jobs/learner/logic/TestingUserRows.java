package io.tamor.jobs.learner.logic;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** User rows in a map, copied in and out as keyed state does. */
public final class TestingUserRows implements UserRowStore {
    /** The rows by user. */
    public final Map<String, UserRow> rows = new HashMap<>();

    @Override
    public @Nullable UserRow load(String userId) {
        UserRow row = rows.get(userId);
        return row == null ? null : copy(row);
    }

    @Override
    public void save(String userId, UserRow row) {
        rows.put(userId, copy(row));
    }

    private static UserRow copy(UserRow row) {
        UserRow copy = new UserRow();
        copy.values = row.values.clone();
        copy.accumulators = row.accumulators.clone();
        copy.trainedMs = row.trainedMs;
        copy.changed = row.changed;
        copy.timed = row.timed;
        copy.samplesBefore = row.samplesBefore;
        return copy;
    }
}
