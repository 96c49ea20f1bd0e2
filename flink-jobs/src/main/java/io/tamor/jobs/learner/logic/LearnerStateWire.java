package io.tamor.jobs.learner.logic;

import io.tamor.jobs.io.FormVersion;
import java.io.ByteArrayInputStream;
import java.io.DataInput;
import java.io.DataInputStream;
import java.io.DataOutput;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32;

/**
 * The learner's operator state as pieces of bytes, each an element of a list state, so that a model
 * of any size is written without ever being one array. Version 3, big-endian; a piece is
 *
 * <pre>
 * int magic "TLRN"   int version   long feature schema   int writer   int parts
 * int part   int number of the piece in its part   boolean last of its part
 * up to {@value #CONTENT} bytes   int CRC-32 of all before
 * </pre>
 *
 * The writer is the number of the subtask, since a list state hands out the pieces of all subtasks
 * together. The parts: progress, metrics, trainer, drift, starting point, touched rows, serving,
 * divergence, shadows. A part that a state does not have stays as it is, so parts are only ever
 * added, at the end.
 *
 * <p>Versions 1 and 2 were one element a writer: magic, version, feature schema, number of parts
 * (from version 2 on, before there were three), each part's length and bytes, the checksum.
 */
public final class LearnerStateWire {
    static final int CONTENT = 1 << 18;

    private static final int MAGIC = 0x54_4C_52_4E;
    private static final int VERSION = 3;
    private static final int WHOLE = 2;
    private static final int FIRST_VERSION = 1;
    private static final int FIRST_PARTS = 3;
    private static final int HEADER = 6 * Integer.BYTES + Long.BYTES + 1;
    private static final int CHECKSUM = Integer.BYTES;

    private LearnerStateWire() {}

    /** Something with a stored form of its own. */
    public record Part(Writer writer, Reader reader) {}

    /** Writes a part. */
    @FunctionalInterface
    public interface Writer {
        void write(DataOutput out) throws IOException;
    }

    /** Reads a part. */
    @FunctionalInterface
    public interface Reader {
        void read(DataInput in) throws IOException;
    }

    /** The parts as pieces, in any order; the writer is the subtask. */
    public static List<byte[]> write(long featureSchema, int writer, Part... parts) {
        List<byte[]> pieces = new ArrayList<>();
        try {
            for (int part = 0; part < parts.length; part++) {
                ByteBuffer header =
                        ByteBuffer.allocate(HEADER)
                                .putInt(MAGIC)
                                .putInt(VERSION)
                                .putLong(featureSchema)
                                .putInt(writer)
                                .putInt(parts.length)
                                .putInt(part);
                try (Pieces.Output out = new Pieces.Output(header.array(), pieces)) {
                    parts[part].writer().write(new DataOutputStream(out));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return pieces;
    }

    /** What a list state holds, by writer, in the order of the writers' numbers. */
    public static List<List<byte[]>> byWriter(Iterable<byte[]> elements) {
        Map<Integer, List<byte[]>> pieces = new TreeMap<>();
        List<List<byte[]>> all = new ArrayList<>();
        for (byte[] element : elements) {
            if (isPiece(element)) {
                int writer = ByteBuffer.wrap(element).getInt(Pieces.WRITER_AT);
                pieces.computeIfAbsent(writer, w -> new ArrayList<>()).add(element);
            } else {
                all.add(List.of(element));
            }
        }
        all.addAll(pieces.values());
        return all;
    }

    private static boolean isPiece(byte[] element) {
        return element.length >= HEADER + CHECKSUM
                && ByteBuffer.wrap(element).getInt(Integer.BYTES) >= VERSION;
    }

    /**
     * Reads into the parts, in the order they were written; refuses what does not fit.
     *
     * @param stored all that one writer wrote, in any order
     */
    public static void read(List<byte[]> stored, long featureSchema, Part... parts)
            throws IOException {
        for (byte[] element : stored) {
            verify(element, featureSchema);
        }
        if (stored.size() == 1 && !isPiece(stored.get(0))) {
            readWhole(stored.get(0), parts);
            return;
        }
        if (stored.isEmpty()) {
            throw new IOException("learner state: no piece of it is there");
        }
        int count = ByteBuffer.wrap(stored.get(0)).getInt(Pieces.PARTS_AT);
        requireKnown(count, parts);
        for (int part = 0; part < count; part++) {
            try (DataInputStream in = new DataInputStream(new Pieces.Input(stored, part))) {
                parts[part].reader().read(in);
            }
        }
    }

    private static void verify(byte[] element, long featureSchema) throws IOException {
        int length = element.length - CHECKSUM;
        if (length < 0
                || ByteBuffer.wrap(element, length, CHECKSUM).getInt()
                        != checksum(element, length)) {
            throw new IOException(
                    "learner state: "
                            + element.length
                            + " bytes fail their checksum; restore from an earlier checkpoint");
        }
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(element));
        expect("magic", MAGIC, in.readInt());
        FormVersion.require("learner state", FIRST_VERSION, VERSION, in.readInt());
        long schema = in.readLong();
        if (schema != featureSchema) {
            throw new IOException(
                    String.format(
                            Locale.ROOT,
                            "learner state: trained on feature schema %016x, this deployment's is"
                                    + " %016x; restore with the former features and tasks, or start"
                                    + " a new model without this state",
                            schema,
                            featureSchema));
        }
    }

    private static void requireKnown(int count, Part... parts) throws IOException {
        if (count > parts.length) {
            throw new IOException(
                    "learner state: this build reads "
                            + parts.length
                            + " parts, found "
                            + count
                            + "; restore with the build that wrote it");
        }
    }

    private static void readWhole(byte[] stored, Part... parts) throws IOException {
        int length = stored.length - CHECKSUM;
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(stored, 0, length));
        in.skipNBytes(Integer.BYTES);
        int version = in.readInt();
        in.skipNBytes(Long.BYTES);
        int count = version < WHOLE ? Math.min(FIRST_PARTS, parts.length) : in.readInt();
        requireKnown(count, parts);
        for (Part part : Arrays.copyOf(parts, count)) {
            int size = in.readInt();
            int from = length - in.available();
            part.reader().read(new DataInputStream(new ByteArrayInputStream(stored, from, size)));
            in.skipNBytes(size);
        }
        expect("bytes left", 0, in.available());
    }

    private static void expect(String what, int wanted, int found) throws IOException {
        if (found != wanted) {
            throw new IOException(
                    "learner state: " + what + ": wanted " + wanted + ", found " + found);
        }
    }

    static int checksum(byte[] bytes, int length) {
        CRC32 crc = new CRC32();
        crc.update(bytes, 0, length);
        return (int) crc.getValue();
    }
}
