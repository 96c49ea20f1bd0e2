package io.tamor.model.snapshot;

/**
 * The snapshot, trained elsewhere, whose parameters a model started from. It is no parent: its
 * number is of another series, and it is found again by its hash.
 *
 * @param manifestSha256 hash of its manifest.json, lower-case hex
 */
public record Origin(long version, String manifestSha256) {}
