package io.tamor.model.embedding;

import java.util.Arrays;

/**
 * One field's table rows for each row of a mini-batch: usually one, or several whose embeddings are
 * averaged. Reused from batch to batch; grows only for more values than it has seen.
 */
public final class Categories {
    private final int[] single;
    private final int[] count;
    private final int[] start;
    private int[] several = new int[0];
    private int used;

    public Categories(int capacity) {
        single = new int[capacity];
        count = new int[capacity];
        start = new int[capacity];
    }

    /** Forgets the several values of the last batch. */
    public void clear() {
        used = 0;
    }

    /** Sets the one table row of a batch row; 0 is the missing value. */
    public void set(int row, int tableRow) {
        single[row] = tableRow;
        count[row] = 1;
    }

    /** Sets the table rows of a batch row; none means missing. */
    public void set(int row, int[] tableRows, int from, int n) {
        if (n <= 1) {
            set(row, n == 0 ? 0 : tableRows[from]);
            return;
        }
        if (used + n > several.length) {
            several = Arrays.copyOf(several, Math.max(2 * several.length, used + n));
        }
        System.arraycopy(tableRows, from, several, used, n);
        start[row] = used;
        count[row] = n;
        used += n;
    }

    /** Takes the first so many rows of another, of as large a batch. */
    public void copyFrom(Categories other, int rows) {
        System.arraycopy(other.single, 0, single, 0, rows);
        System.arraycopy(other.count, 0, count, 0, rows);
        System.arraycopy(other.start, 0, start, 0, rows);
        several = Arrays.copyOf(other.several, other.used);
        used = other.used;
    }

    /** Gives a batch row the values of another. */
    public void copy(int from, int to) {
        single[to] = single[from];
        start[to] = start[from];
        count[to] = count[from];
    }

    /** Number of table rows of a batch row, at least 1. */
    public int count(int row) {
        return count[row];
    }

    /** The i-th table row of a batch row. */
    public int get(int row, int i) {
        return count[row] == 1 ? single[row] : several[start[row] + i];
    }
}
