package io.tamor.model.snapshot;

import org.jspecify.annotations.Nullable;

/**
 * Where a snapshot stands among the versions.
 *
 * @param version from 1, above its parent's
 * @param parent null for the first
 * @param startedFrom what its model started from; null for a new model
 * @param softwareVersion version of the software that made it
 */
public record Lineage(
        long version,
        @Nullable Parent parent,
        @Nullable Origin startedFrom,
        String softwareVersion) {}
