package io.tamor.jobs.timeline.logic;

import org.jspecify.annotations.Nullable;

/**
 * Keyed storage of what is frozen with an impression or a request: the current user's, by the hash
 * of either.
 */
public interface FrozenFeatures {
    byte[] get(long impression) throws Exception;

    /** The same where they may not be there: null then. */
    byte @Nullable [] find(long impression) throws Exception;

    void put(long impression, byte[] frozen) throws Exception;

    void remove(long impression) throws Exception;
}
