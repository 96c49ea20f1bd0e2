package io.tamor.model.snapshot;

/**
 * A file of a snapshot as its manifest vouches for it.
 *
 * @param sha256 lower-case hex
 */
public record FileEntry(long bytes, String sha256) {}
