package io.tamor.jobs.learner.logic;

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
import java.util.zip.CRC32;

/**
 * The learner's operator state as bytes, version 2, big-endian:
 *
 * <pre>
 * int magic "TLRN"   int version   long feature schema   int parts
 * progress, metrics, trainer, drift, starting point, touched rows, serving, divergence, shadows:
 * each int length, then that many bytes
 * int CRC-32 of all before
 * </pre>
 *
 * Version 1 had no number of parts and the first three of them. A part that a state does not have
 * stays as it is, so parts are only ever added, at the end.
 */
public final class LearnerStateWire {
    private static final int MAGIC = 0x54_4C_52_4E;
    private static final int VERSION = 2;
    private static final int FIRST_VERSION = 1;
    private static final int FIRST_PARTS = 3;
    private static final int HEADER = 3 * Integer.BYTES + Long.BYTES;
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

    /** The parts as bytes. */
    public static byte[] write(long featureSchema, Part... parts) {
        try {
            List<Chunks> bodies = new ArrayList<>();
            long size = HEADER + CHECKSUM;
            for (Part part : parts) {
                Chunks body = new Chunks();
                part.writer().write(new DataOutputStream(body));
                bodies.add(body);
                size += Integer.BYTES + body.size();
            }
            byte[] stored = new byte[Math.toIntExact(size)];
            ByteBuffer out = ByteBuffer.wrap(stored);
            out.putInt(MAGIC).putInt(VERSION).putLong(featureSchema).putInt(parts.length);
            for (Chunks body : bodies) {
                out.putInt(body.size());
                out.position(body.copyTo(stored, out.position()));
            }
            out.putInt(checksum(stored, out.position()));
            return stored;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads into the parts, in the order they were written; refuses what does not fit. */
    public static void read(byte[] stored, long featureSchema, Part... parts) throws IOException {
        int length = stored.length - CHECKSUM;
        if (length < 0
                || ByteBuffer.wrap(stored, length, CHECKSUM).getInt() != checksum(stored, length)) {
            throw new IOException(
                    "learner state: "
                            + stored.length
                            + " bytes fail their checksum; restore from an earlier checkpoint");
        }
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(stored, 0, length));
        expect("magic", MAGIC, in.readInt());
        int version = in.readInt();
        if (version < FIRST_VERSION || version > VERSION) {
            throw new IOException(
                    "learner state: this build reads version "
                            + FIRST_VERSION
                            + " to "
                            + VERSION
                            + ", found "
                            + version
                            + "; restore with the build that wrote it");
        }
        long schema = in.readLong();
        if (schema != featureSchema) {
            throw new IOException(
                    String.format(
                            "learner state: trained on feature schema %016x, this deployment's is"
                                    + " %016x; restore with the former features and tasks, or start"
                                    + " a new model without this state",
                            schema, featureSchema));
        }
        int count = version == FIRST_VERSION ? Math.min(FIRST_PARTS, parts.length) : in.readInt();
        if (count > parts.length) {
            throw new IOException(
                    "learner state: this build reads "
                            + parts.length
                            + " parts, found "
                            + count
                            + "; restore with the build that wrote it");
        }
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

    private static int checksum(byte[] bytes, int length) {
        CRC32 crc = new CRC32();
        crc.update(bytes, 0, length);
        return (int) crc.getValue();
    }
}
