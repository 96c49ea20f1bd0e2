package io.tamor.model.snapshot;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.ref.Reference;
import java.nio.ByteOrder;
import org.bytedeco.javacpp.BytePointer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.shape.Shape;
import org.nd4j.linalg.factory.Nd4j;

/** An array's elements as little-endian bytes in row-major order, copied in bounded pieces. */
final class TensorBytes {
    private static final int PIECE = 1 << 16;

    private TensorBytes() {}

    static void write(INDArray array, TensorType type, OutputStream out) throws IOException {
        requireLittleEndian();
        if (array.isEmpty()) {
            return;
        }
        INDArray rows = rowMajor(array) ? array : array.dup('c');
        long bytes = rows.length() * type.bytes();
        byte[] piece = new byte[(int) Math.min(PIECE, bytes)];
        try (BytePointer memory = new BytePointer(rows.data().addressPointer())) {
            for (long at = 0; at < bytes; at += piece.length) {
                int count = (int) Math.min(piece.length, bytes - at);
                memory.position(at).get(piece, 0, count);
                out.write(piece, 0, count);
            }
        } finally {
            Reference.reachabilityFence(rows); // a copy of which nothing else is left
        }
    }

    static INDArray read(TensorEntry entry, InputStream in, String where) throws IOException {
        requireLittleEndian();
        INDArray array =
                entry.shape().isEmpty()
                        ? Nd4j.scalar(entry.type().arrayType(), 0)
                        : Nd4j.create(entry.type().arrayType(), entry.sizes(), 'c');
        long bytes = entry.to() - entry.from();
        if (bytes == 0) {
            return array;
        }
        byte[] piece = new byte[(int) Math.min(PIECE, bytes)];
        try (BytePointer memory = new BytePointer(array.data().addressPointer())) {
            for (long at = 0; at < bytes; at += piece.length) {
                int count = (int) Math.min(piece.length, bytes - at);
                if (in.readNBytes(piece, 0, count) != count) {
                    throw new EOFException(
                            where + ": tensor " + entry.name() + " is cut off after " + at);
                }
                memory.position(at).put(piece, 0, count);
            }
        }
        return array;
    }

    private static boolean rowMajor(INDArray array) {
        return !array.isView() && array.ordering() == 'c' && Shape.hasDefaultStridesForShape(array);
    }

    private static void requireLittleEndian() {
        if (ByteOrder.nativeOrder() != ByteOrder.LITTLE_ENDIAN) {
            throw new IllegalStateException(
                    "safetensors is little-endian, this machine is " + ByteOrder.nativeOrder());
        }
    }
}
