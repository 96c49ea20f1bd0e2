package io.tamor.schemas.wire;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The packed features of a sample: fields {@code categorical} and {@code dense} of the Sample
 * record. Little-endian; no names, since the sample's fingerprint fixes their order.
 *
 * <pre>
 * categorical  per field: n (unsigned byte, 0 = missing), then n hashes of 8 bytes
 * dense        per feature: float32
 * </pre>
 */
public final class FeatureWire {
    /** Most values of a multi-valued field that are kept. */
    public static final int MAX_VALUES = 255;

    private FeatureWire() {}

    /** Takes each hash of a field as it is read. */
    @FunctionalInterface
    public interface HashReader {
        void accept(int field, int valueIndex, int valueCount, long hash);
    }

    /** Packs dense values; each must be finite. */
    public static ByteBuffer packDense(float[] values) {
        ByteBuffer bytes =
                ByteBuffer.allocate(Float.BYTES * values.length).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : values) {
            bytes.putFloat(value);
        }
        return bytes.flip().order(ByteOrder.BIG_ENDIAN);
    }

    /** Packs the hashes of each categorical field; an empty row is a missing field. */
    public static ByteBuffer packCategorical(long[][] hashes) {
        int size = 0;
        for (long[] values : hashes) {
            size += 1 + Long.BYTES * Math.min(values.length, MAX_VALUES);
        }
        ByteBuffer bytes = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
        for (long[] values : hashes) {
            int n = Math.min(values.length, MAX_VALUES);
            bytes.put((byte) n);
            for (int i = 0; i < n; i++) {
                bytes.putLong(values[i]);
            }
        }
        return bytes.flip().order(ByteOrder.BIG_ENDIAN);
    }

    /** Reads packed dense values into the array, which has exactly as many. */
    public static void unpackDense(ByteBuffer packed, float[] into)
            throws MalformedRecordException {
        if (packed.remaining() != Float.BYTES * into.length) {
            throw new MalformedRecordException(
                    "dense: wanted "
                            + Float.BYTES * into.length
                            + " bytes ("
                            + into.length
                            + " features), found "
                            + packed.remaining());
        }
        ByteBuffer bytes = packed.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < into.length; i++) {
            into[i] = bytes.getFloat();
        }
    }

    /** Hands each hash to the reader, field by field; missing fields hand nothing. */
    public static void unpackCategorical(ByteBuffer packed, int fields, HashReader reader)
            throws MalformedRecordException {
        ByteBuffer bytes = packed.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        try {
            for (int field = 0; field < fields; field++) {
                int n = Byte.toUnsignedInt(bytes.get());
                for (int i = 0; i < n; i++) {
                    reader.accept(field, i, n, bytes.getLong());
                }
            }
        } catch (BufferUnderflowException e) {
            throw new MalformedRecordException(
                    "categorical: "
                            + packed.remaining()
                            + " bytes end before field "
                            + fields
                            + " of the feature schema",
                    e);
        }
        if (bytes.hasRemaining()) {
            throw new MalformedRecordException(
                    "categorical: "
                            + bytes.remaining()
                            + " bytes left after "
                            + fields
                            + " fields");
        }
    }
}
