package io.tamor.schemas.wire;

import io.tamor.schemas.Sample;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.avro.SchemaNormalization;
import org.jspecify.annotations.Nullable;

/**
 * The wire bytes of a {@link Sample}, read in place: nothing is decoded before it is asked for and
 * nothing is boxed. It knows the newest schema as {@link RecordWire} writes it, and no other:
 * whatever else is a sample goes through {@link RecordWire} first. The bytes belong to the view.
 */
public final class SampleView {
    /** Bytes of the longest sample that has a view. */
    public static final int MOST_BYTES = 1 << 20;

    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle FLOAT =
            MethodHandles.byteArrayViewVarHandle(float[].class, ByteOrder.LITTLE_ENDIAN);
    private static final byte[] HEADER = header();

    private final byte[] bytes;
    private final long impressionId;
    private final long labelSet;
    private final long userId;
    private final long scenario;
    private final long tier;
    private final long categorical;
    private final long dense;
    private final int stage;
    private final int tasks;
    private final int labelsAt;
    private final int masksAt;
    private final int weightsAt;
    private final long impressionTimeMs;
    private final long maturedAtMs;
    private final long featureSchema;

    /** A sample's bytes; null where they are not in the newest schema's canonical form. */
    public static @Nullable SampleView of(byte[] wire) {
        if (wire.length > MOST_BYTES
                || wire.length < HEADER.length
                || Arrays.mismatch(wire, 0, HEADER.length, HEADER, 0, HEADER.length) >= 0) {
            return null;
        }
        Cursor at = new Cursor(wire, HEADER.length);
        SampleView view = new SampleView(at);
        return at.sound && at.position == wire.length ? view : null;
    }

    private SampleView(Cursor at) {
        bytes = at.bytes;
        impressionId = at.span();
        labelSet = at.span();
        stage = at.integer();
        at.flags(1); // lastStage
        userId = at.span();
        at.span(); // itemId
        scenario = at.span();
        tier = at.span();
        impressionTimeMs = at.number();
        maturedAtMs = at.number();
        featureSchema = at.number();
        categorical = at.span();
        dense = at.span();
        tasks = at.block();
        labelsAt = at.position;
        at.skip(tasks * Float.BYTES);
        at.endOfBlocks(tasks);
        at.expectBlock(tasks);
        masksAt = at.position;
        at.flags(tasks);
        at.endOfBlocks(tasks);
        at.expectBlock(tasks);
        weightsAt = at.position;
        at.skip(tasks * Float.BYTES);
        at.endOfBlocks(tasks);
        at.number(); // amountMinor
    }

    /** The bytes themselves. */
    @SuppressWarnings("EI_EXPOSE_REP") // they are the view's, and are only read
    public byte[] bytes() {
        return bytes;
    }

    public String impressionId() {
        return text(impressionId);
    }

    public String labelSet() {
        return text(labelSet);
    }

    public int stage() {
        return stage;
    }

    public String userId() {
        return text(userId);
    }

    public long impressionTimeMs() {
        return impressionTimeMs;
    }

    public long maturedAtMs() {
        return maturedAtMs;
    }

    public long featureSchema() {
        return featureSchema;
    }

    public boolean hasUserId() {
        return length(userId) > 0;
    }

    public boolean hasImpressionId() {
        return length(impressionId) > 0;
    }

    /** Whether the label set is a name's UTF-8 bytes. */
    public boolean labelSetIs(byte[] name) {
        return is(labelSet, name);
    }

    /** Place of the tier among names in UTF-8; -1 where it is none of them. */
    public int tierAmong(byte[][] names) {
        return among(tier, names);
    }

    /** Place of the scenario among names in UTF-8; -1 where it is none of them. */
    public int scenarioAmong(byte[][] names) {
        return among(scenario, names);
    }

    /** How many tasks there are labels, masks and weights of. */
    public int tasks() {
        return tasks;
    }

    /** Whether the label of a task is final. */
    public boolean known(int task) {
        return bytes[masksAt + task] != 0;
    }

    /** The label of a task. */
    public float label(int task) {
        return (float) FLOAT.get(bytes, labelsAt + task * Float.BYTES);
    }

    /** The loss weight of a task. */
    public float weight(int task) {
        return (float) FLOAT.get(bytes, weightsAt + task * Float.BYTES);
    }

    /** How many dense values there are; -1 where they are cut. */
    public int denseCount() {
        return length(dense) % Float.BYTES == 0 ? length(dense) / Float.BYTES : -1;
    }

    /** A dense value. */
    public float dense(int index) {
        return (float) FLOAT.get(bytes, start(dense) + index * Float.BYTES);
    }

    /** Whether the packed categories are those of so many fields, as {@link FeatureWire} has it. */
    public boolean categoricalFits(int fields) {
        int at = start(categorical);
        int end = at + length(categorical);
        for (int field = 0; field < fields; field++) {
            if (at >= end) {
                return false;
            }
            at += 1 + Long.BYTES * Byte.toUnsignedInt(bytes[at]);
        }
        return at == end;
    }

    /** Where the first categorical field begins: a place for {@link #values} and the like. */
    public int firstField() {
        return start(categorical);
    }

    /** Values of the field that begins at a place. */
    public int values(int fieldAt) {
        return Byte.toUnsignedInt(bytes[fieldAt]);
    }

    /** A value's hash. */
    public long hash(int fieldAt, int index) {
        return (long) LONG.get(bytes, fieldAt + 1 + index * Long.BYTES);
    }

    /** Where the field after the one at a place begins. */
    public int nextField(int fieldAt) {
        return fieldAt + 1 + Long.BYTES * values(fieldAt);
    }

    private String text(long span) {
        return new String(bytes, start(span), length(span), StandardCharsets.UTF_8);
    }

    private boolean is(long span, byte[] name) {
        return length(span) == name.length
                && Arrays.mismatch(
                                bytes, start(span), start(span) + name.length, name, 0, name.length)
                        < 0;
    }

    private int among(long span, byte[][] names) {
        for (int i = 0; i < names.length; i++) {
            if (is(span, names[i])) {
                return i;
            }
        }
        return -1;
    }

    // A span is a start and a length in one number.

    private static int start(long span) {
        return (int) (span >>> Integer.SIZE);
    }

    private static int length(long span) {
        return (int) span;
    }

    /** C3 01 and the fingerprint, little-endian, as the single-object encoding has them. */
    private static byte[] header() {
        byte[] header = new byte[2 + Long.BYTES];
        header[0] = (byte) 0xC3;
        header[1] = 1;
        LONG.set(header, 2, SchemaNormalization.parsingFingerprint64(Sample.getClassSchema()));
        return header;
    }

    /** Reads on from a position; after something unsound it stays there and says so. */
    private static final class Cursor {
        private static final int MOST_VARINT_BITS = 70;
        private static final int MOST_INT_BYTES = 5;

        final byte[] bytes;
        int position;
        boolean sound = true;

        Cursor(byte[] bytes, int position) {
            this.bytes = bytes;
            this.position = position;
        }

        /** A zigzag number of at most ten bytes. */
        long number() {
            long zigzag = 0;
            for (int shift = 0; shift < MOST_VARINT_BITS && position < bytes.length; shift += 7) {
                byte b = bytes[position++];
                zigzag |= (b & 0x7FL) << shift;
                if (b >= 0) {
                    return (zigzag >>> 1) ^ -(zigzag & 1);
                }
            }
            sound = false;
            return 0;
        }

        int integer() {
            int from = position;
            long number = number();
            sound &= number == (int) number && position - from <= MOST_INT_BYTES;
            return (int) number;
        }

        long span() {
            int length = integer();
            long span = ((long) position << Integer.SIZE) | (length & 0xFFFF_FFFFL);
            skip(length);
            return sound ? span : 0;
        }

        void skip(int length) {
            if (length < 0 || length > bytes.length - position) {
                sound = false;
                position = bytes.length;
            } else {
                position += length;
            }
        }

        /** Booleans, each written as 0 or 1. */
        void flags(int count) {
            int from = position;
            skip(count);
            for (int i = from; sound && i < position; i++) {
                sound = bytes[i] == 0 || bytes[i] == 1;
            }
        }

        /** Elements of an array written as one block, as it is where the encoder knows them. */
        int block() {
            int count = integer();
            sound &= count >= 0 && count <= bytes.length;
            return sound ? count : 0;
        }

        void expectBlock(int count) {
            int found = block(); // first: it may be what is unsound
            sound &= found == count;
        }

        void endOfBlocks(int count) {
            // An empty array is its end alone.
            long end = count == 0 ? 0 : number();
            sound &= end == 0;
        }
    }
}
