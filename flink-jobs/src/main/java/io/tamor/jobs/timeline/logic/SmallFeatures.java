package io.tamor.jobs.timeline.logic;

import io.tamor.model.embedding.FeatureHash;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Packed features in a small form for state; exact, bit for bit. Half of the hashes are those of
 * names that are stored anyway, and most numbers are counts, plain or as their logarithm.
 *
 * <pre>
 * categorical  length of the packed form; by field: 0 none; 1 a hash, 8 bytes; 2, 3, 4 the hash of
 *              item, scenario, tier; 5 several: their number (1 byte), the hashes
 * dense        number of features; for two features a byte of codes, the first one's low; by code:
 *              0 zero; 1 to 12 log(1 + code); 13 log(1 + n); 14 n; 15 the 4 bytes; n in 1 to 3 bytes
 * </pre>
 */
final class SmallFeatures {
    private static final int NONE = 0;
    private static final int HASH = 1;
    private static final int ITEM = 2;
    private static final int SCENARIO = 3;
    private static final int TIER = 4;
    private static final int SEVERAL = 5;

    private static final int MOST_SHORT = 12;
    private static final int LOGARITHM = 13;
    private static final int NUMBER = 14;
    private static final int FLOAT = 15;
    private static final int MOST_NUMBER = (1 << 21) - 1;

    private SmallFeatures() {}

    static void writeCategorical(
            DataOutput out, byte[] packed, String item, String scenario, String tier)
            throws IOException {
        VarLong.write(out, packed.length);
        ByteBuffer from = ByteBuffer.wrap(packed).order(ByteOrder.LITTLE_ENDIAN);
        long itemHash = FeatureHash.hash(item);
        long scenarioHash = FeatureHash.hash(scenario);
        long tierHash = FeatureHash.hash(tier);
        while (from.hasRemaining()) {
            int count = Byte.toUnsignedInt(from.get());
            if (count > 1) {
                out.writeByte(SEVERAL);
                out.writeByte(count);
                for (int i = 0; i < count; i++) {
                    out.writeLong(from.getLong());
                }
                continue;
            }
            long hash = count == 0 ? 0 : from.getLong();
            if (count == 0) {
                out.writeByte(NONE);
            } else if (hash == itemHash) {
                out.writeByte(ITEM);
            } else if (hash == scenarioHash) {
                out.writeByte(SCENARIO);
            } else if (hash == tierHash) {
                out.writeByte(TIER);
            } else {
                out.writeByte(HASH);
                out.writeLong(hash);
            }
        }
    }

    static byte[] readCategorical(DataInput in, String item, String scenario, String tier)
            throws IOException {
        ByteBuffer to = ByteBuffer.allocate((int) VarLong.read(in)).order(ByteOrder.LITTLE_ENDIAN);
        while (to.hasRemaining()) {
            int code = in.readUnsignedByte();
            int count = code == NONE ? 0 : code == SEVERAL ? in.readUnsignedByte() : 1;
            to.put((byte) count);
            for (int i = 0; i < count; i++) {
                to.putLong(
                        switch (code) {
                            case HASH, SEVERAL -> in.readLong();
                            case ITEM -> FeatureHash.hash(item);
                            case SCENARIO -> FeatureHash.hash(scenario);
                            case TIER -> FeatureHash.hash(tier);
                            default ->
                                    throw new IOException(
                                            "features: code " + code + ": the state is damaged");
                        });
            }
        }
        return to.array();
    }

    static void writeDense(DataOutput out, byte[] packed) throws IOException {
        ByteBuffer from = ByteBuffer.wrap(packed).order(ByteOrder.LITTLE_ENDIAN);
        int count = packed.length / Float.BYTES;
        VarLong.write(out, count);
        for (int i = 0; i < count; i += 2) {
            float first = from.getFloat();
            float second = i + 1 < count ? from.getFloat() : 0;
            int firstCode = code(first);
            int secondCode = code(second);
            out.writeByte(firstCode | secondCode << 4);
            write(out, firstCode, first);
            write(out, secondCode, second);
        }
    }

    private static int code(float value) {
        if (Float.floatToRawIntBits(value) == 0) {
            return 0;
        }
        if (value > 0 && value <= MOST_NUMBER) {
            int n = exponential(value);
            if (n >= 1 && n <= MOST_NUMBER && logarithm(n) == value) {
                return n <= MOST_SHORT ? n : LOGARITHM;
            }
            if (value == (int) value) {
                return NUMBER;
            }
        }
        return FLOAT;
    }

    private static void write(DataOutput out, int code, float value) throws IOException {
        switch (code) {
            case LOGARITHM -> VarLong.write(out, exponential(value));
            case NUMBER -> VarLong.write(out, (int) value);
            case FLOAT -> out.writeInt(Float.floatToRawIntBits(value));
            default -> {
                // the code says it all
            }
        }
    }

    private static int exponential(float value) {
        return (int) Math.round(StrictMath.expm1(value));
    }

    private static float logarithm(int n) {
        return (float) StrictMath.log1p(n);
    }

    static byte[] readDense(DataInput in) throws IOException {
        int count = (int) VarLong.read(in);
        ByteBuffer to = ByteBuffer.allocate(count * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < count; i += 2) {
            int codes = in.readUnsignedByte();
            to.putFloat(read(in, codes & FLOAT));
            if (i + 1 < count) {
                to.putFloat(read(in, codes >>> 4));
            }
        }
        return to.array();
    }

    private static float read(DataInput in, int code) throws IOException {
        return switch (code) {
            case 0 -> 0;
            case LOGARITHM -> logarithm((int) VarLong.read(in));
            case NUMBER -> (int) VarLong.read(in);
            case FLOAT -> Float.intBitsToFloat(in.readInt());
            default -> logarithm(code);
        };
    }
}
