package io.tamor.jobs.timeline.logic;

import io.tamor.jobs.io.FormVersion;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

/** Named counts that survive failures: they are stored with the state whose events they count. */
public final class Tally {
    private static final int VERSION = 1;
    private final Map<String, Cell> cells = new LinkedHashMap<>();

    /** One count. */
    public static final class Cell {
        private final String name;
        private long value;

        private Cell(String name) {
            this.name = name;
        }

        public String name() {
            return name;
        }

        public long value() {
            return value;
        }

        /** Adds; called by the task's thread alone. A metric reader may see an older value. */
        void add(long count) {
            value += count;
        }
    }

    /** The count of a name, from 0. */
    public Cell cell(String name) {
        return cells.computeIfAbsent(name, Cell::new);
    }

    /** All counts in the order in which they were named. */
    public Collection<Cell> cells() {
        return cells.values();
    }

    /** The counts as bytes. */
    public byte[] toBytes() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        try {
            out.writeByte(VERSION);
            out.writeInt(cells.size());
            for (Cell cell : cells.values()) {
                out.writeUTF(cell.name);
                out.writeLong(cell.value);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /** Adds stored counts to these. */
    public void add(byte[] stored) {
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(stored));
        try {
            FormVersion.require("counts", VERSION, VERSION, in.readByte());
            int count = in.readInt();
            for (int i = 0; i < count; i++) {
                cell(in.readUTF()).add(in.readLong());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
