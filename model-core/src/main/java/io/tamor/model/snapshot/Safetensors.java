package io.tamor.model.snapshot;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Tensors by name, as a file of the safetensors format: 8 bytes of header length (little-endian), a
 * JSON header, then the elements. Float32 is written for parameters; float64, int32 and int64 are
 * written and read too.
 *
 * <p>Written: equal content gives equal bytes. Tensors are sorted by width, then by name, so that
 * each is aligned and none leaves a gap. Read: anything else than a whole file is refused, with the
 * tensor, what was wanted and what was found. Memory: the tensors, and nothing of their size
 * besides.
 *
 * @param tensors by name, sorted
 * @param metadata texts by key, sorted
 */
public record Safetensors(SortedMap<String, INDArray> tensors, SortedMap<String, String> metadata) {
    /** The longest header that is read, as in the format's reference implementation. */
    public static final int MAX_HEADER_BYTES = 100_000_000;

    private static final int LENGTH_BYTES = Long.BYTES;

    public Safetensors {
        tensors = Collections.unmodifiableSortedMap(new TreeMap<>(tensors));
        metadata = Collections.unmodifiableSortedMap(new TreeMap<>(metadata));
    }

    /** Writes a file; does not close the stream. */
    public static void write(
            OutputStream out, Map<String, INDArray> tensors, Map<String, String> metadata)
            throws IOException {
        List<TensorEntry> entries = new ArrayList<>();
        tensors.forEach(
                (name, array) ->
                        entries.add(
                                TensorEntry.of(
                                        name,
                                        TensorType.of(name, array.dataType()),
                                        array.shape(),
                                        0)));
        entries.sort(
                Comparator.comparing((TensorEntry entry) -> -entry.type().bytes())
                        .thenComparing(TensorEntry::name));
        long at = 0;
        for (int i = 0; i < entries.size(); i++) {
            TensorEntry placed = entries.get(i);
            entries.set(i, TensorEntry.of(placed.name(), placed.type(), placed.sizes(), at));
            at = entries.get(i).to();
        }
        byte[] header = new SafetensorsHeader(entries, new TreeMap<>(metadata)).write();
        ByteBuffer length = ByteBuffer.allocate(LENGTH_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        out.write(length.putLong(header.length).array());
        out.write(header);
        for (TensorEntry entry : entries) {
            INDArray array = tensors.get(entry.name());
            if (array != null) {
                TensorBytes.write(array, entry.type(), out);
            }
        }
    }

    /** Reads a file. */
    public static Safetensors read(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return read(in, Files.size(file), file.toString());
        }
    }

    /**
     * Reads a stream to its end; does not close it.
     *
     * @param bytes the stream's length, against which the header is checked before anything is
     *     allocated
     * @param where what errors call the stream
     */
    public static Safetensors read(InputStream in, long bytes, String where) throws IOException {
        if (bytes < LENGTH_BYTES) {
            throw new IOException(
                    where + ": a safetensors file has at least 8 bytes, this one " + bytes);
        }
        ByteBuffer length = ByteBuffer.wrap(exactly(in, LENGTH_BYTES, where));
        long headerBytes = length.order(ByteOrder.LITTLE_ENDIAN).getLong();
        long most = Math.min(MAX_HEADER_BYTES, bytes - LENGTH_BYTES);
        if (headerBytes < 2 || headerBytes > most) {
            throw new IOException(
                    where
                            + ": the safetensors header must have 2 to "
                            + most
                            + " bytes, it says "
                            + Long.toUnsignedString(headerBytes));
        }
        SafetensorsHeader header =
                SafetensorsHeader.read(
                        exactly(in, (int) headerBytes, where),
                        bytes - LENGTH_BYTES - headerBytes,
                        where);
        SortedMap<String, INDArray> tensors = new TreeMap<>();
        for (TensorEntry entry : header.entries()) {
            tensors.put(entry.name(), TensorBytes.read(entry, in, where));
        }
        if (in.read() >= 0) {
            throw new IOException(where + ": bytes trail after the " + bytes + " expected");
        }
        return new Safetensors(tensors, header.metadata());
    }

    private static byte[] exactly(InputStream in, int count, String where) throws IOException {
        byte[] bytes = in.readNBytes(count);
        if (bytes.length != count) {
            throw new EOFException(
                    where + ": the safetensors header is cut off after " + bytes.length);
        }
        return bytes;
    }
}
