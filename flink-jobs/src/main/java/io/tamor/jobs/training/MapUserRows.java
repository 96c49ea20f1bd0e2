package io.tamor.jobs.training;

import io.tamor.jobs.learner.logic.UserRow;
import io.tamor.jobs.learner.logic.UserRowStore;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** User rows in memory, as many as there are users. */
public final class MapUserRows implements UserRowStore {
    private final Map<String, UserRow> rows = new TreeMap<>();

    @Override
    public @Nullable UserRow load(String userId) {
        return rows.get(userId);
    }

    @Override
    public void save(String userId, UserRow row) {
        rows.put(userId, row);
    }

    /** Every row by user. */
    public Map<String, UserRow> rows() {
        return rows;
    }
}
