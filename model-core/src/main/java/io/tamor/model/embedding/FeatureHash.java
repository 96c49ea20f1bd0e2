package io.tamor.model.embedding;

import java.nio.charset.StandardCharsets;
import org.apache.commons.codec.digest.MurmurHash3;

/**
 * The stable hash of categorical values: the first 64 bits of MurmurHash3 x64 128 (Appleby) of the
 * UTF-8 bytes, seed 0. It is part of the snapshot format: a change would scramble every table.
 */
public final class FeatureHash {
    /** The hash that stands for a missing value. */
    public static final long MISSING = 0L;

    private FeatureHash() {}

    /** Hash of a value; never {@link #MISSING}: a hash of 0 becomes 1. */
    public static long hash(String value) {
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        long first = MurmurHash3.hash128x64(bytes, 0, bytes.length, 0)[0];
        return first == MISSING ? 1L : first;
    }

    /** Table row of a hash: 0 when missing, else in [1, rows). With one row, always 0. */
    public static int row(long hash, int rows) {
        if (hash == MISSING || rows < 2) {
            return 0;
        }
        return 1 + (int) Math.floorMod(hash, (long) (rows - 1));
    }
}
