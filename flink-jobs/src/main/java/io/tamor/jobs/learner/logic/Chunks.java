package io.tamor.jobs.learner.logic;

import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * Bytes of a length not known before, which is hundreds of megabytes where a model is large: kept
 * in pieces, so that none is ever copied to make room. Not thread-safe.
 */
final class Chunks extends OutputStream {
    private static final int CHUNK = 1 << 20;

    private final List<byte[]> full = new ArrayList<>();
    private byte[] last = new byte[1 << 10];
    private int used;

    @Override
    public void write(int b) {
        if (used == last.length) {
            next();
        }
        last[used++] = (byte) b;
    }

    @Override
    public void write(byte[] bytes, int from, int count) {
        int at = from;
        int left = count;
        while (left > 0) {
            if (used == last.length) {
                next();
            }
            int n = Math.min(left, last.length - used);
            System.arraycopy(bytes, at, last, used, n);
            used += n;
            at += n;
            left -= n;
        }
    }

    private void next() {
        full.add(last);
        last = new byte[CHUNK];
        used = 0;
    }

    /** How many there are. */
    int size() {
        long size = used;
        for (byte[] chunk : full) {
            size += chunk.length;
        }
        return Math.toIntExact(size);
    }

    /** Puts them all into an array; returns the place after them. */
    int copyTo(byte[] target, int at) {
        int end = at;
        for (byte[] chunk : full) {
            System.arraycopy(chunk, 0, target, end, chunk.length);
            end += chunk.length;
        }
        System.arraycopy(last, 0, target, end, used);
        return end + used;
    }
}
