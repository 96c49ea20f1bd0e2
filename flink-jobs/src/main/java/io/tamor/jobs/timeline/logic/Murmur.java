package io.tamor.jobs.timeline.logic;

import java.nio.charset.StandardCharsets;
import org.apache.commons.codec.digest.MurmurHash3;

/** Stable 64-bit hashes of ids and categorical values; 0 is kept free. */
final class Murmur {
    private Murmur() {}

    /** First 64 bits of MurmurHash3 x64 128, seed 0, of the UTF-8 bytes; 0 becomes 1. */
    static long hash64(String text) {
        long hash = MurmurHash3.hash128x64(text.getBytes(StandardCharsets.UTF_8))[0];
        return hash == 0 ? 1 : hash;
    }

    /** The upper half of {@link #hash64}; 0 for null. */
    static int hash32(@org.jspecify.annotations.Nullable String text) {
        return text == null ? 0 : (int) (hash64(text) >>> 32);
    }
}
