package io.tamor.jobs.learner.logic;

import org.jspecify.annotations.Nullable;

/** Where the users' rows are between mini-batches. */
public interface UserRowStore {
    /** The user's row, for the caller to change and {@link #save}; null where there is none. */
    @Nullable UserRow load(String userId) throws Exception;

    void save(String userId, UserRow row) throws Exception;
}
