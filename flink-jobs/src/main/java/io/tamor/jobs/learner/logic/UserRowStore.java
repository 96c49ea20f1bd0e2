package io.tamor.jobs.learner.logic;

import org.jspecify.annotations.Nullable;

/** Where the users' rows are between mini-batches. */
public interface UserRowStore {
    /**
     * A user's place, good until the mini-batch is over: what is found once is not sought again.
     */
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

    /** Keeps the row that the place has now. */
    void save(Place place) throws Exception;
}
