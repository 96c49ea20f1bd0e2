package io.tamor.jobs.timeline.logic;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/**
 * Values that recur in one stored form: the first time whole, then by number. For a few: each is
 * looked for among all before it.
 */
final class Dictionary {
    /** How a value is written the first time. */
    private enum Whole {
        LONG,
        INT,
        NUMBER
    }

    private final Whole whole;
    private long[] values = new long[4];
    private int count;

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
        int number = 0;
        while (number < count && values[number] != value) {
            number++;
        }
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

    private void add(long value) {
        if (count == values.length) {
            values = Arrays.copyOf(values, 2 * count);
        }
        values[count++] = value;
    }
}
