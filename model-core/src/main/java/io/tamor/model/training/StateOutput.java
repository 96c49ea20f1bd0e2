package io.tamor.model.training;

import io.tamor.model.tensor.Matrix;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/** Writes values with a running checksum. */
final class StateOutput {
    private final DataOutput out;
    private final CRC32 crc = new CRC32();
    private final ByteBuffer bytes = ByteBuffer.allocate(1 << 16);
    private final float[] chunk = new float[(1 << 16) / Float.BYTES];

    StateOutput(DataOutput out) {
        this.out = out;
    }

    void writeInt(int value) throws IOException {
        bytes.clear().putInt(value);
        flush();
    }

    void writeLong(long value) throws IOException {
        bytes.clear().putLong(value);
        flush();
    }

    void writeDouble(double value) throws IOException {
        writeLong(Double.doubleToRawLongBits(value));
    }

    void writeString(String value) throws IOException {
        byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
        writeInt(utf8.length);
        out.write(utf8);
        crc.update(utf8);
    }

    void writeFloats(float[] values, int first) throws IOException {
        for (int from = first; from < values.length; from += chunk.length) {
            int n = Math.min(chunk.length, values.length - from);
            bytes.clear().asFloatBuffer().put(values, from, n);
            bytes.position(n * Float.BYTES);
            flush();
        }
    }

    void writeMatrix(Matrix m) throws IOException {
        int count = m.rows() * m.columns();
        for (int from = 0; from < count; from += chunk.length) {
            int n = Math.min(chunk.length, count - from);
            m.floats().get(m.index(0) + from, chunk, 0, n);
            bytes.clear().asFloatBuffer().put(chunk, 0, n);
            bytes.position(n * Float.BYTES);
            flush();
        }
    }

    void writeChecksum() throws IOException {
        out.writeLong(crc.getValue());
    }

    private void flush() throws IOException {
        out.write(bytes.array(), 0, bytes.position());
        crc.update(bytes.array(), 0, bytes.position());
    }
}
