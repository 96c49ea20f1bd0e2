package io.tamor.jobs.learner.logic;

import java.util.List;

/**
 * Keeps versions that stand beside a learner, by their numbers: written once and not with each
 * checkpoint, since they do not change.
 */
public interface ShadowStore {
    /** Keeps a version in pieces, which are not changed any more. */
    void put(long version, List<byte[]> pieces) throws Exception;

    /** The pieces of a version in their order; none where it is not kept. */
    List<byte[]> get(long version) throws Exception;

    /** Keeps these versions and no others. */
    void retain(List<Long> versions) throws Exception;
}
