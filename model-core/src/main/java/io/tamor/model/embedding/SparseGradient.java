package io.tamor.model.embedding;

import io.tamor.model.tensor.ShortRows;
import java.util.Arrays;

/**
 * The gradient of a table, held for the touched rows only. A row that occurs k times has one slot
 * with the sum. Slots are numbered in order of first occurrence, so sums and updates happen in one
 * order. Several lanes hold the gradients of several losses over the same slots.
 */
public final class SparseGradient {
    private static final long EMPTY = -1;

    private final int dim;

    /** Open addressing: the row in the upper half, its slot in the lower; -1 where empty. */
    private long[] entries;

    private int[] rows;
    private final float[][] lanes;
    private int touched;

    /** For rows of width {@code dim} and, at first, {@code capacity} distinct rows. */
    public SparseGradient(int dim, int capacity, int laneCount) {
        this.dim = dim;
        rows = new int[Math.max(4, capacity)];
        entries = new long[Integer.highestOneBit(rows.length) * 4];
        lanes = new float[laneCount][rows.length * dim];
        Arrays.fill(entries, EMPTY);
    }

    /** Forgets all rows. */
    public void clear() {
        touched = 0;
        Arrays.fill(entries, EMPTY);
    }

    /** Slot of a table row, new and zero in every lane if the row is not there yet. */
    public int slot(int row) {
        int mask = entries.length - 1;
        int at = hash(row) & mask;
        while (entries[at] != EMPTY) {
            if ((int) (entries[at] >> 32) == row) {
                return (int) entries[at];
            }
            at = (at + 1) & mask;
        }
        if (touched == rows.length) {
            grow();
            return slot(row);
        }
        entries[at] = entry(row, touched);
        rows[touched] = row;
        for (float[] lane : lanes) {
            ShortRows.clear(lane, touched * dim, dim);
        }
        return touched++;
    }

    private static int hash(int row) {
        int mixed = row * 0x9E3779B9; // 2^32 over the golden ratio: spreads runs of rows
        return mixed ^ (mixed >>> 15);
    }

    private static long entry(int row, int slot) {
        return ((long) row << 32) | slot;
    }

    /** Number of distinct rows. */
    public int touched() {
        return touched;
    }

    /** Table row of a slot. */
    public int row(int slot) {
        return rows[slot];
    }

    /** A lane's values: slot s is at [s * dim, (s + 1) * dim). Replaced when it grows. */
    public float[] lane(int lane) {
        return lanes[lane];
    }

    public int laneCount() {
        return lanes.length;
    }

    public int dim() {
        return dim;
    }

    private void grow() {
        rows = Arrays.copyOf(rows, rows.length * 2);
        for (int l = 0; l < lanes.length; l++) {
            lanes[l] = Arrays.copyOf(lanes[l], rows.length * dim);
        }
        entries = new long[entries.length * 2];
        Arrays.fill(entries, EMPTY);
        int mask = entries.length - 1;
        for (int s = 0; s < touched; s++) {
            int at = hash(rows[s]) & mask;
            while (entries[at] != EMPTY) {
                at = (at + 1) & mask;
            }
            entries[at] = entry(rows[s], s);
        }
    }
}
