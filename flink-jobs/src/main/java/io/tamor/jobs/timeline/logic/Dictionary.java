package io.tamor.jobs.timeline.logic;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/** Values that recur in one stored form: the first time whole, then by number. */
final class Dictionary {
    /** How a value is written the first time. */
    private enum Whole {
        LONG,
        INT,
        NUMBER
    }

    /** So many are looked through; more are looked up. */
    private static final int FEW = 8;

    private static final int[] NONE = {};

    private final Whole whole;
    private long[] values = new long[FEW];
    private int count;

    /** By hash, the numbers of the first {@link #indexed} values from 1 on; 0 is free. */
    private int[] index = NONE;

    private int indexed;

    private Dictionary(Whole whole) {
        this.whole = whole;
    }

    /** Of hashes of 8 bytes. */
    static Dictionary ofHashes() {
        return new Dictionary(Whole.LONG);
    }

    /** Of hashes of 4 bytes. */
    static Dictionary ofShortHashes() {
        return new Dictionary(Whole.INT);
    }

    /** Of numbers from 0 on. */
    static Dictionary ofNumbers() {
        return new Dictionary(Whole.NUMBER);
    }

    void write(DataOutput out, long value) throws IOException {
        int number = find(value);
        VarLong.write(out, number);
        if (number == count) {
            switch (whole) {
                case LONG -> out.writeLong(value);
                case INT -> out.writeInt((int) value);
                case NUMBER -> VarLong.write(out, value);
            }
            add(value);
        }
    }

    long read(DataInput in) throws IOException {
        int number = (int) VarLong.read(in);
        if (number == count) {
            add(
                    switch (whole) {
                        case LONG -> in.readLong();
                        case INT -> in.readInt();
                        case NUMBER -> VarLong.read(in);
                    });
        }
        return values[number];
    }

    /** A value's number, or the next one where it is new. */
    private int find(long value) {
        if (count > FEW) {
            return lookUp(value);
        }
        int number = 0;
        while (number < count && values[number] != value) {
            number++;
        }
        return number;
    }

    private int lookUp(long value) {
        if (index.length < 2 * count) {
            index = new int[4 * Integer.highestOneBit(count)];
            indexed = 0;
        }
        while (indexed < count) {
            int place = placeOf(values[indexed]);
            indexed++;
            index[place] = indexed;
        }
        int found = index[placeOf(value)];
        return found == 0 ? count : found - 1;
    }

    /** Where a value is, or would be, by hash. */
    private int placeOf(long value) {
        int mask = index.length - 1;
        int place = Long.hashCode(value * 0x9E3779B97F4A7C15L) & mask;
        while (index[place] != 0 && values[index[place] - 1] != value) {
            place = (place + 1) & mask;
        }
        return place;
    }

    private void add(long value) {
        if (count == values.length) {
            values = Arrays.copyOf(values, 2 * count);
        }
        values[count++] = value;
    }
}
