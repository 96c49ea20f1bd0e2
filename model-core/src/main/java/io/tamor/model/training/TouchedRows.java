package io.tamor.model.training;

import io.tamor.model.embedding.EmbeddingTable;
import io.tamor.model.embedding.SparseGradient;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The rows of each embedding table that training has changed since the last {@link #clear}. Exact:
 * a step changes the rows its gradient touched and no other. Memory: one bit a row; marking a row
 * sets one bit. External tables are no part of it. Not thread-safe.
 */
public final class TouchedRows {
    private static final int VERSION = 1;

    private final Map<String, Integer> sizes = new TreeMap<>();
    private final SortedMap<String, BitSet> rows = new TreeMap<>();

    TouchedRows(List<EmbeddingTable> tables) {
        for (EmbeddingTable table : tables) {
            if (!table.field().external()) {
                sizes.put(table.name(), table.field().rows());
                rows.put(table.name(), new BitSet(table.field().rows()));
            }
        }
    }

    /** Marks the rows of the table's last gradient. */
    void mark(EmbeddingTable table) {
        BitSet bits = rows.get(table.name());
        if (bits != null) {
            SparseGradient gradient = table.gradient();
            for (int slot = 0; slot < gradient.touched(); slot++) {
                bits.set(gradient.row(slot));
            }
        }
    }

    /** Marks a row of a table. */
    void mark(String table, int row) {
        BitSet bits = rows.get(table);
        if (bits != null) {
            bits.set(row);
        }
    }

    /** Marks every row of every table: what they hold came from elsewhere. */
    void markAll() {
        rows.forEach((name, bits) -> bits.set(0, sizes.getOrDefault(name, 0)));
    }

    /** Forgets every mark. */
    public void clear() {
        rows.values().forEach(BitSet::clear);
    }

    /** Adds the marks of another one of the same model. */
    public void merge(TouchedRows other) {
        if (!other.sizes.equals(sizes)) {
            throw new IllegalArgumentException(
                    "touched rows of tables "
                            + other.sizes
                            + " cannot be added to those of tables "
                            + sizes);
        }
        rows.forEach((name, bits) -> bits.or(other.rows.getOrDefault(name, new BitSet())));
    }

    /** The marks by table, copied. */
    public SortedMap<String, BitSet> byTable() {
        SortedMap<String, BitSet> copy = new TreeMap<>();
        rows.forEach((table, bits) -> copy.put(table, (BitSet) bits.clone()));
        return copy;
    }

    /** Rows marked in all tables together. */
    public long count() {
        return rows.values().stream().mapToLong(BitSet::cardinality).sum();
    }

    /** Version 1: int version, int tables; per table string name, int rows, int words, longs. */
    public void write(DataOutput out) throws IOException {
        out.writeInt(VERSION);
        out.writeInt(rows.size());
        for (Map.Entry<String, BitSet> table : rows.entrySet()) {
            long[] words = table.getValue().toLongArray();
            out.writeUTF(table.getKey());
            out.writeInt(sizes.getOrDefault(table.getKey(), 0));
            out.writeInt(words.length);
            for (long word : words) {
                out.writeLong(word);
            }
        }
    }

    /** Replaces the marks by what {@link #write} wrote for the same tables. */
    public void read(DataInput in) throws IOException {
        expect("version", VERSION, in.readInt());
        expect("tables", rows.size(), in.readInt());
        for (Map.Entry<String, BitSet> table : rows.entrySet()) {
            String name = in.readUTF();
            if (!name.equals(table.getKey())) {
                throw new IOException(
                        "touched rows: wanted table " + table.getKey() + ", found " + name);
            }
            int size = sizes.getOrDefault(name, 0);
            expect(name + " rows", size, in.readInt());
            int words = in.readInt();
            if (words < 0 || words > (size + Long.SIZE - 1) / Long.SIZE) {
                throw new IOException("touched rows: table " + name + " has " + words + " words");
            }
            long[] read = new long[words];
            for (int i = 0; i < words; i++) {
                read[i] = in.readLong();
            }
            table.getValue().clear();
            table.getValue().or(BitSet.valueOf(read));
            if (table.getValue().length() > size) {
                throw new IOException(
                        "touched rows: table " + name + " has " + size + " rows only");
            }
        }
    }

    private static void expect(String what, int wanted, int found) throws IOException {
        if (wanted != found) {
            throw new IOException(
                    "touched rows: wanted " + what + " " + wanted + ", found " + found);
        }
    }
}
