package io.tamor.model.tensor;

import java.util.Arrays;

/**
 * A mini-batch's rows sorted by group (a tier, a scenario), stably: each group's rows are one range
 * of places, so that its experts run as one product. Reused from batch to batch.
 */
public final class RowGroups {
    private final int[] start;
    private final int[] next;
    private final int[] order;
    private int size;

    /** For at most {@code capacity} rows in {@code groups} groups. */
    public RowGroups(int groups, int capacity) {
        start = new int[groups + 1];
        next = new int[groups];
        order = new int[capacity];
    }

    /** Sorts rows [0, size) by their group; a group out of range is an error. */
    public void sort(int[] groupOfRow, int size) {
        this.size = size;
        Arrays.fill(start, 0);
        for (int row = 0; row < size; row++) {
            start[groupOfRow[row] + 1]++;
        }
        for (int g = 1; g < start.length; g++) {
            start[g] += start[g - 1];
        }
        System.arraycopy(start, 0, next, 0, next.length);
        for (int row = 0; row < size; row++) {
            order[next[groupOfRow[row]]++] = row;
        }
    }

    /** Puts all rows into group 0 in their own order. */
    public void single(int size) {
        this.size = size;
        Arrays.fill(start, size);
        start[0] = 0;
        for (int row = 0; row < size; row++) {
            order[row] = row;
        }
    }

    /** Rows in the batch. */
    public int size() {
        return size;
    }

    /** Number of groups. */
    public int groups() {
        return next.length;
    }

    /** First place of a group. */
    public int from(int group) {
        return start[group];
    }

    /** Rows of a group. */
    public int count(int group) {
        return start[group + 1] - start[group];
    }

    /** The batch row at a place. */
    public int row(int place) {
        return order[place];
    }
}
