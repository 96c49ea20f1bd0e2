package io.tamor.model.snapshot;

/**
 * The version a snapshot follows; the hashes make published versions a chain.
 *
 * @param manifestSha256 hash of the parent's manifest.json, lower-case hex
 */
public record Parent(long version, String manifestSha256) {}
