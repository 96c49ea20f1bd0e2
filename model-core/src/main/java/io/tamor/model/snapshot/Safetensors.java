package io.tamor.model.snapshot;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The safetensors format: named tensors without code. Written and read by hand, since it is a page
 * long and a published model stands or falls with it.
 *
 * <pre>
 * 8 bytes   length n of the header, unsigned little-endian
 * n bytes   JSON: name -> {dtype, shape, data_offsets [begin, end)}, __metadata__ -> strings
 * rest      row-major little-endian values, without gaps
 * </pre>
 *
 * F32 and I32 are supported, the types a model has. Names are written in order, so the same
 * parameters give the same bytes. Reading is strict: an unknown type, a gap, an overlap, a wrong
 * length or trailing bytes are refused.
 */
public final class Safetensors {
    /** Longest header that is read: far above any model's, far below what noise could ask for. */
    private static final int MAX_HEADER = 64 << 20;

    private static final String METADATA = "__metadata__";
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

    private Safetensors() {}

    /** What a file holds. */
    public record Content(SortedMap<String, INDArray> tensors, SortedMap<String, String> metadata) {

        /** The tensor of that name and shape; an error has both where it differs. */
        public INDArray tensor(String name, long... shape) throws MalformedSnapshotException {
            INDArray tensor = tensors.get(name);
            if (tensor == null) {
                throw new MalformedSnapshotException("no tensor " + name);
            }
            if (!Arrays.equals(tensor.shape(), shape)) {
                throw new MalformedSnapshotException(
                        "tensor "
                                + name
                                + " has shape "
                                + Arrays.toString(tensor.shape())
                                + ", wanted "
                                + Arrays.toString(shape));
            }
            return tensor;
        }
    }

    private record Entry(String name, DataType type, List<Long> shape, long begin, long end) {
        long byteCount() {
            long values = 1;
            for (long n : shape) {
                values = Math.multiplyExact(values, n);
            }
            return Math.multiplyExact(values, 4L);
        }
    }

    /** Writes float32 and int32 arrays of any rank and order; the stream is left open. */
    public static void write(
            OutputStream out, SortedMap<String, INDArray> tensors, Map<String, String> metadata)
            throws IOException {
        ObjectNode header = JSON.createObjectNode();
        ObjectNode strings = header.putObject(METADATA);
        new TreeMap<>(metadata).forEach(strings::put);
        long offset = 0;
        for (Map.Entry<String, INDArray> tensor : tensors.entrySet()) {
            ObjectNode entry = header.putObject(tensor.getKey());
            entry.put("dtype", nameOf(tensor.getKey(), tensor.getValue().dataType()));
            for (long n : tensor.getValue().shape()) {
                entry.withArray("shape").add(n);
            }
            entry.withArray("shape");
            long end = offset + 4L * tensor.getValue().length();
            entry.putArray("data_offsets").add(offset).add(end);
            offset = end;
        }
        byte[] json = JSON.writeValueAsBytes(header);
        int padded = (json.length + 7) / 8 * 8; // values start aligned, the header ends in spaces
        ByteBuffer start = ByteBuffer.allocate(8 + padded).order(ByteOrder.LITTLE_ENDIAN);
        start.putLong(padded).put(json);
        Arrays.fill(start.array(), start.position(), start.capacity(), (byte) ' ');
        out.write(start.array());
        for (INDArray tensor : tensors.values()) {
            out.write(bytes(tensor));
        }
    }

    /** Reads a whole file; the stream is left open. */
    public static Content read(InputStream in) throws IOException {
        byte[] lengthBytes = in.readNBytes(8);
        if (lengthBytes.length < 8) {
            throw new MalformedSnapshotException(
                    "no safetensors: " + lengthBytes.length + " bytes, wanted at least 8");
        }
        long length = ByteBuffer.wrap(lengthBytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
        if (length < 2 || length > MAX_HEADER) {
            throw new MalformedSnapshotException(
                    "no safetensors: a header of " + length + " bytes, wanted 2 to " + MAX_HEADER);
        }
        byte[] headerBytes = in.readNBytes((int) length);
        if (headerBytes.length < length) {
            throw new MalformedSnapshotException(
                    "cut: " + headerBytes.length + " of " + length + " bytes of the header");
        }
        JsonNode header = parse(headerBytes);
        SortedMap<String, String> metadata = metadata(header.path(METADATA));
        SortedMap<String, INDArray> tensors = new TreeMap<>();
        long offset = 0;
        for (Entry entry : entries(header)) {
            if (entry.begin() != offset || entry.end() - entry.begin() != entry.byteCount()) {
                throw new MalformedSnapshotException(
                        String.format(
                                "tensor %s of shape %s is at [%d, %d), wanted [%d, %d)",
                                entry.name(),
                                entry.shape(),
                                entry.begin(),
                                entry.end(),
                                offset,
                                offset + entry.byteCount()));
            }
            byte[] data = in.readNBytes(Math.toIntExact(entry.byteCount()));
            if (data.length < entry.byteCount()) {
                throw new MalformedSnapshotException(
                        "cut: "
                                + data.length
                                + " of "
                                + entry.byteCount()
                                + " bytes of tensor "
                                + entry.name());
            }
            tensors.put(entry.name(), array(entry, data));
            offset = entry.end();
        }
        if (in.read() >= 0) {
            throw new MalformedSnapshotException("bytes left after the last tensor");
        }
        return new Content(tensors, metadata);
    }

    private static JsonNode parse(byte[] header) throws MalformedSnapshotException {
        JsonNode json;
        try {
            json = JSON.readTree(new String(header, StandardCharsets.UTF_8));
        } catch (JsonProcessingException e) {
            throw new MalformedSnapshotException(
                    "the header is no JSON: " + e.getOriginalMessage(), e);
        }
        if (!json.isObject()) {
            throw new MalformedSnapshotException("the header is no JSON object");
        }
        return json;
    }

    private static SortedMap<String, String> metadata(JsonNode node) {
        SortedMap<String, String> metadata = new TreeMap<>();
        node.properties().forEach(e -> metadata.put(e.getKey(), e.getValue().asText()));
        return metadata;
    }

    private static List<Entry> entries(JsonNode header) throws MalformedSnapshotException {
        List<Entry> entries = new ArrayList<>();
        for (Map.Entry<String, JsonNode> field : header.properties()) {
            if (!field.getKey().equals(METADATA)) {
                entries.add(entry(field.getKey(), field.getValue()));
            }
        }
        // An empty tensor begins where the next one does, so the end decides between them.
        entries.sort(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end));
        return entries;
    }

    private static Entry entry(String name, JsonNode node) throws MalformedSnapshotException {
        String dtype = node.path("dtype").asText();
        DataType type =
                switch (dtype) {
                    case "F32" -> DataType.FLOAT;
                    case "I32" -> DataType.INT32;
                    default ->
                            throw new MalformedSnapshotException(
                                    "tensor "
                                            + name
                                            + " is of type "
                                            + dtype
                                            + ", wanted F32 or I32");
                };
        JsonNode offsets = node.path("data_offsets");
        boolean whole = node.path("shape").isArray() && offsets.isArray() && offsets.size() == 2;
        List<Long> shape = new ArrayList<>();
        for (JsonNode n : node.path("shape")) {
            shape.add(n.asLong(-1));
            whole &= n.isIntegralNumber() && n.asLong() >= 0 && n.asLong() <= Integer.MAX_VALUE;
        }
        if (!whole) {
            throw new MalformedSnapshotException(
                    "tensor " + name + " has no sound shape and data_offsets: " + node);
        }
        return new Entry(name, type, shape, offsets.get(0).asLong(-1), offsets.get(1).asLong(-1));
    }

    private static String nameOf(String name, DataType type) throws MalformedSnapshotException {
        if (type == DataType.FLOAT) {
            return "F32";
        }
        if (type == DataType.INT32) {
            return "I32";
        }
        throw new MalformedSnapshotException(
                "tensor " + name + " is of type " + type + ", wanted FLOAT or INT32");
    }

    private static byte[] bytes(INDArray tensor) {
        ByteBuffer bytes =
                ByteBuffer.allocate(Math.toIntExact(4 * tensor.length()))
                        .order(ByteOrder.LITTLE_ENDIAN);
        INDArray rowMajor = tensor.dup('c');
        if (tensor.dataType() == DataType.INT32) {
            bytes.asIntBuffer().put(rowMajor.data().asInt());
        } else {
            bytes.asFloatBuffer().put(rowMajor.data().asFloat());
        }
        return bytes.array();
    }

    private static INDArray array(Entry entry, byte[] data) {
        ByteBuffer bytes = ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN);
        if (entry.type() == DataType.INT32) {
            int[] values = new int[data.length / 4];
            bytes.asIntBuffer().get(values);
            return Nd4j.createFromArray(values)
                    .reshape('c', entry.shape().stream().mapToLong(Long::longValue).toArray());
        }
        float[] values = new float[data.length / 4];
        bytes.asFloatBuffer().get(values);
        return Nd4j.createFromArray(values)
                .reshape('c', entry.shape().stream().mapToLong(Long::longValue).toArray());
    }
}
