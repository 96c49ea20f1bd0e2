package io.tamor.jobs.training;

import io.tamor.jobs.learner.logic.UserRow;
import io.tamor.jobs.learner.logic.UserRowStore;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** User rows in memory, as many as there are users. */
public final class MapUserRows implements UserRowStore {
    private final Map<String, UserRow> rows = new TreeMap<>();

    @Override
    public Place find(String userId) {
        return new Place(userId, rows.get(userId));
    }

    @Override
    public void save(Place place) {
        rows.put(place.userId, Objects.requireNonNull(place.row));
    }

    /** Every row by user. */
    public Map<String, UserRow> rows() {
        return rows;
    }
}
