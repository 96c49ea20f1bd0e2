package io.tamor.model.embedding;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FeatureHashTest {
    /** Stored tables depend on these: they must never change. Checked against Appleby's C++. */
    @Test
    void hashesAreTheReferenceImplementations() {
        assertThat(FeatureHash.hash("hello")).isEqualTo(0xcbd8a7b341bd9b02L);
        assertThat(FeatureHash.hash("The quick brown fox jumps over the lazy dog"))
                .isEqualTo(0xe34bbc7bbc071b6cL);
    }

    @Test
    void missingIsKeptApart() {
        assertThat(FeatureHash.hash("")).isEqualTo(1L); // the empty text's hash is 0
        assertThat(FeatureHash.row(FeatureHash.MISSING, 100)).isZero();
        for (int i = 0; i < 10_000; i++) {
            assertThat(FeatureHash.row(FeatureHash.hash("value " + i), 100)).isBetween(1, 99);
        }
        assertThat(FeatureHash.row(Long.MIN_VALUE, 2)).isEqualTo(1);
        assertThat(FeatureHash.row(5, 1)).isZero();
    }
}
