package io.tamor.model.embedding;

import java.util.Arrays;

/**
 * The gradient of a table, held for the touched rows only. A row that occurs k times has one slot
 * with the sum. Slots are numbered in order of first occurrence, so sums and updates happen in one
 * order. Several lanes hold the gradients of several losses over the same slots.
 */
public final class SparseGradient {
    private final int dim;
    private int[] keys;
    private int[] stamps;
    private int[] slots;
    private int[] rows;
    private float[][] lanes;
    private int epoch;
    private int touched;

    /** For rows of width {@code dim} and, at first, {@code capacity} distinct rows. */
    public SparseGradient(int dim, int capacity, int laneCount) {
        this.dim = dim;
        int size = Integer.highestOneBit(Math.max(4, capacity)) * 4;
        keys = new int[size];
        stamps = new int[size];
        slots = new int[size];
        rows = new int[Math.max(4, capacity)];
        lanes = new float[laneCount][rows.length * dim];
    }

    /** Forgets all rows. */
    public void clear() {
        touched = 0;
        epoch++;
        if (epoch == 0) { // wrapped around: old stamps could match again
            Arrays.fill(stamps, 0);
            epoch = 1;
        }
    }

    /** Slot of a table row, new and zero in every lane if the row is not there yet. */
    public int slot(int row) {
        int mask = keys.length - 1;
        int at = (row * 0x9E3779B9) >>> 7 & mask;
        while (stamps[at] == epoch) {
            if (keys[at] == row) {
                return slots[at];
            }
            at = at + 1 & mask;
        }
        if (touched == rows.length) {
            grow();
            return slot(row);
        }
        stamps[at] = epoch;
        keys[at] = row;
        slots[at] = touched;
        rows[touched] = row;
        for (float[] lane : lanes) {
            Arrays.fill(lane, touched * dim, (touched + 1) * dim, 0f);
        }
        return touched++;
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
        int size = keys.length * 2;
        keys = new int[size];
        stamps = new int[size];
        slots = new int[size];
        epoch = 1;
        for (int s = 0; s < touched; s++) {
            int at = (rows[s] * 0x9E3779B9) >>> 7 & (size - 1);
            while (stamps[at] == epoch) {
                at = at + 1 & (size - 1);
            }
            stamps[at] = epoch;
            keys[at] = rows[s];
            slots[at] = s;
        }
    }
}
