package io.tamor.model.snapshot;

/**
 * How a category's text becomes a row of its field's table, for a scorer that is not this library:
 * a model in another format takes row numbers.
 *
 * @param function the hash function with its seed
 * @param input the bytes that are hashed
 * @param hash which of the function's bits are used, and what stands for a missing value
 * @param row the table row of a hash, by the field's rows in the model description
 * @param severalValues what becomes of a field with several values
 */
public record Hashing(
        String function, String input, String hash, String row, String severalValues) {
    /** The one way of hashing there is; the code is {@code FeatureHash}. */
    public static final Hashing CURRENT =
            new Hashing(
                    "MurmurHash3 x64 128, seed 0",
                    "the value's text in UTF-8",
                    "the first of the function's two 64-bit words as a signed integer, 0 taken as"
                            + " 1; 0 stands for a missing value",
                    "hash == 0 or rows < 2: 0; else 1 + floorMod(hash, rows - 1)",
                    "the mean of the values' rows; none: row 0");
}
