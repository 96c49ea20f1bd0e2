package io.tamor.jobs.learner.logic;

import org.jspecify.annotations.Nullable;

/** Where the users' rows are between mini-batches. */
public interface UserRowStore {
    /** A user's place: from when its mini-batch begins, until that is over. */
    class Place {
        public final String userId;

        /** For the finder to change and then {@link #save}; null where the user has none. */
        public @Nullable UserRow row;

        public Place(String userId, @Nullable UserRow row) {
            this.userId = userId;
            this.row = row;
        }
    }

    /** The user's place, with its row. */
    Place find(String userId) throws Exception;

    /**
     * The user's place now, where it was found before the last mini-batch was over. Cheap where
     * what was found still counts.
     */
    default Place renew(Place found) throws Exception {
        return find(found.userId);
    }

    /** Keeps the row that the place has now. */
    void save(Place place) throws Exception;
}
