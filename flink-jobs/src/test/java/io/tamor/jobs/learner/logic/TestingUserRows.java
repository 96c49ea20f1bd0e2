package io.tamor.jobs.learner.logic;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/** User rows in a map, copied in and out as keyed state does. */
public final class TestingUserRows implements UserRowStore {
    /** The rows by user. */
    public final Map<String, UserRow> rows = new HashMap<>();

    @Override
    public Place find(String userId) {
        UserRow row = rows.get(userId);
        return new Place(userId, row == null ? null : copy(row));
    }

    @Override
    public void save(Place place) {
        rows.put(place.userId, copy(Objects.requireNonNull(place.row)));
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
