package io.tamor.jobs.timeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Chunks come back as they were, or not at all. */
final class ChunkCompressionTest {
    private static final int HEAD = 2;

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 100, 70_000})
    void whatWasCompressedComesBackBehindItsHead(int length) throws IOException {
        byte[] buffer = text(length + 5);
        try (ChunkCompression compression = new ChunkCompression()) {
            byte[] chunk = compression.compressed(buffer, length, HEAD);
            assertThat(Arrays.copyOf(chunk, HEAD)).containsOnly(0);
            assertThat(compression.decompressed(chunk, HEAD))
                    .isEqualTo(Arrays.copyOf(buffer, length));
        }
    }

    @Test
    void everyBitThatChangesIsFound() throws IOException {
        byte[] buffer = text(300);
        try (ChunkCompression compression = new ChunkCompression()) {
            byte[] chunk = compression.compressed(buffer, buffer.length, HEAD);
            for (int bit = 8 * HEAD; bit < 8 * chunk.length; bit++) {
                byte[] damaged = chunk.clone();
                damaged[bit / 8] ^= (byte) (1 << (bit % 8));
                try {
                    // A few bits of a frame's head say nothing.
                    assertThat(compression.decompressed(damaged, HEAD)).isEqualTo(buffer);
                } catch (IOException e) {
                    assertThat(e).hasMessageContaining("due: a chunk is damaged");
                }
            }
            assertThat(compression.decompressed(chunk, HEAD)).isEqualTo(buffer);
        }
    }

    @Test
    void whatIsNoFrameIsRefused() {
        try (ChunkCompression compression = new ChunkCompression()) {
            assertThatThrownBy(() -> compression.decompressed(new byte[20], HEAD))
                    .isInstanceOf(IOException.class)
                    .hasMessage(
                            "due: a chunk is damaged: it begins as no frame of ZSTD; restore from"
                                    + " another checkpoint");
        }
    }

    private static byte[] text(int length) {
        Random random = new Random(1);
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) ('a' + random.nextInt(4));
        }
        return bytes;
    }
}
