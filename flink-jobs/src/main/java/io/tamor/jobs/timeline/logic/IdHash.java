package io.tamor.jobs.timeline.logic;

import io.tamor.model.embedding.FeatureHash;
import org.jspecify.annotations.Nullable;

/**
 * Stable hashes that stand for ids in state; part of the stored format. Ids are compared within one
 * user only, so that 64 bits never meet in practice.
 */
final class IdHash {
    private IdHash() {}

    /** Hash of an id; never 0. */
    static long of(String id) {
        return FeatureHash.hash(id);
    }

    /** Hash of a scenario or tier, of which there are few; 0 for none. */
    static int ofName(@Nullable String name) {
        return name == null ? 0 : (int) (FeatureHash.hash(name) >>> Integer.SIZE);
    }
}
