package io.tamor.model.training;

import io.tamor.model.tensor.Matrix;
import java.io.DataInput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/** Reads what {@link StateOutput} wrote; errors name what was wanted and found. */
final class StateInput {
    private static final int LONGEST_STRING = 1 << 24;

    private final DataInput in;
    private final CRC32 crc = new CRC32();
    private final ByteBuffer bytes = ByteBuffer.allocate(1 << 16);
    private final float[] chunk = new float[(1 << 16) / Float.BYTES];

    StateInput(DataInput in) {
        this.in = in;
    }

    int readInt() throws IOException {
        fill(Integer.BYTES);
        return bytes.getInt(0);
    }

    long readLong() throws IOException {
        fill(Long.BYTES);
        return bytes.getLong(0);
    }

    double readDouble() throws IOException {
        return Double.longBitsToDouble(readLong());
    }

    String readString() throws IOException {
        int length = readInt();
        if (length < 0 || length > LONGEST_STRING) {
            throw new IOException("trainer state is damaged: a text of " + length + " bytes");
        }
        byte[] utf8 = new byte[length];
        in.readFully(utf8);
        crc.update(utf8);
        return new String(utf8, StandardCharsets.UTF_8);
    }

    void expect(String what, int wanted) throws IOException {
        int found = readInt();
        if (found != wanted) {
            throw new IOException(
                    "trainer state: " + what + " must be " + wanted + ", was " + found);
        }
    }

    void readFloats(float[] values, int first) throws IOException {
        for (int from = first; from < values.length; from += chunk.length) {
            int n = Math.min(chunk.length, values.length - from);
            fill(n * Float.BYTES);
            bytes.asFloatBuffer().get(values, from, n);
        }
    }

    void readMatrix(Matrix m) throws IOException {
        int count = m.rows() * m.columns();
        for (int from = 0; from < count; from += chunk.length) {
            int n = Math.min(chunk.length, count - from);
            fill(n * Float.BYTES);
            bytes.asFloatBuffer().get(chunk, 0, n);
            m.floats().put(m.index(0) + from, chunk, 0, n);
        }
    }

    void expectChecksum() throws IOException {
        long wanted = in.readLong();
        if (wanted != crc.getValue()) {
            throw new IOException(
                    "trainer state is damaged: its CRC-32 must be "
                            + wanted
                            + ", was "
                            + crc.getValue());
        }
    }

    private void fill(int count) throws IOException {
        bytes.clear();
        in.readFully(bytes.array(), 0, count);
        crc.update(bytes.array(), 0, count);
    }
}
