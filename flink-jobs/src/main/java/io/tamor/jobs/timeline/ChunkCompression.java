package io.tamor.jobs.timeline;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Makes chunks small by ZSTD: a frame that knows its length and has a checksum. Memory: some 1.5 MB
 * off the heap, until it is closed. Used by one thread.
 */
final class ChunkCompression implements AutoCloseable {
    /** The fastest: higher ones take the same bytes within two hundredths. */
    private static final int LEVEL = 1;

    // Making them anew for each chunk takes as long as the chunk itself.
    private final ZstdCompressCtx compress =
            new ZstdCompressCtx().setLevel(LEVEL).setChecksum(true);
    private final ZstdDecompressCtx decompress = new ZstdDecompressCtx();

    /**
     * The first bytes of a buffer as a frame.
     *
     * @param head bytes that are left free before it
     */
    byte[] compressed(byte[] buffer, int length, int head) {
        byte[] out = new byte[head + (int) Zstd.compressBound(length)];
        int bytes = compress.compressByteArray(out, head, out.length - head, buffer, 0, length);
        return Arrays.copyOf(out, head + bytes);
    }

    /**
     * What a frame holds that begins behind a head and is the rest of the bytes.
     *
     * @throws IOException where it is no such frame
     */
    byte[] decompressed(byte[] bytes, int head) throws IOException {
        int length = bytes.length - head;
        long size = Zstd.getFrameContentSize(bytes, head, length);
        if (size < 0 || size > Integer.MAX_VALUE) {
            throw damaged("it begins as no frame of ZSTD", null);
        }
        byte[] out = new byte[(int) size];
        try {
            decompress.decompressByteArray(out, 0, out.length, bytes, head, length);
        } catch (ZstdException e) {
            throw damaged("ZSTD says " + e.getMessage(), e);
        }
        return out;
    }

    private static IOException damaged(String found, @Nullable Throwable cause) {
        return new IOException(
                "due: a chunk is damaged: " + found + "; restore from another checkpoint", cause);
    }

    @Override
    public void close() {
        compress.close();
        decompress.close();
    }
}
