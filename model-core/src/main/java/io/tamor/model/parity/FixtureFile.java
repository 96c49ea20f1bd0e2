package io.tamor.model.parity;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The tensors and the metadata of a fixture, a safetensors file: 8 bytes header length, the header
 * in JSON, the tensors' bytes, all little-endian. Numbers of any of its types are read as doubles.
 */
final class FixtureFile {
    private static final long LONGEST_HEADER = 100_000_000;

    /** A tensor's values, row-major. */
    static final class Tensor {
        private final int[] shape;
        private final double[] values;

        Tensor(int[] shape, double[] values) {
            this.shape = shape;
            this.values = values;
        }

        int rank() {
            return shape.length;
        }

        int size(int axis) {
            return shape[axis];
        }

        int length() {
            return values.length;
        }

        double get(int index) {
            return values[index];
        }

        /** Element of a matrix. */
        double get(int row, int column) {
            return values[row * shape[1] + column];
        }
    }

    private final Path path;
    private final Map<String, String> metadata = new LinkedHashMap<>();
    private final Map<String, Tensor> tensors = new LinkedHashMap<>();

    private FixtureFile(Path path) {
        this.path = path;
    }

    static FixtureFile read(Path path) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(path)).order(ByteOrder.LITTLE_ENDIAN);
        FixtureFile file = new FixtureFile(path);
        long header = bytes.remaining() < 8 ? -1 : bytes.getLong();
        if (header < 2 || header > Math.min(LONGEST_HEADER, bytes.remaining())) {
            throw new IOException(
                    path + " is no safetensors file: header length " + header + " does not fit");
        }
        byte[] json = new byte[(int) header];
        bytes.get(json);
        JsonNode tree = new ObjectMapper().readTree(new String(json, StandardCharsets.UTF_8));
        ByteBuffer body = bytes.slice().order(ByteOrder.LITTLE_ENDIAN);
        for (Map.Entry<String, JsonNode> entry : tree.properties()) {
            if (entry.getKey().equals("__metadata__")) {
                entry.getValue()
                        .properties()
                        .forEach(e -> file.metadata.put(e.getKey(), e.getValue().asText()));
            } else {
                file.tensors.put(
                        entry.getKey(), file.tensor(entry.getKey(), entry.getValue(), body));
            }
        }
        return file;
    }

    private Tensor tensor(String name, JsonNode node, ByteBuffer body) throws IOException {
        JsonNode dimensions = node.path("shape");
        int[] shape = new int[dimensions.size()];
        int count = 1;
        for (int d = 0; d < shape.length; d++) {
            shape[d] = dimensions.get(d).asInt();
            count = Math.multiplyExact(count, shape[d]);
        }
        String type = node.path("dtype").asText();
        int width =
                switch (type) {
                    case "F64", "I64" -> 8;
                    case "F32", "I32" -> 4;
                    case "BOOL", "U8" -> 1;
                    default ->
                            throw new IOException(
                                    path
                                            + ": tensor "
                                            + name
                                            + " has type "
                                            + type
                                            + ", this reads F32, F64, I32, I64, U8 and BOOL");
                };
        long from = node.path("data_offsets").path(0).asLong(-1);
        long to = node.path("data_offsets").path(1).asLong(-1);
        if (from < 0 || to > body.capacity() || to - from != (long) count * width) {
            throw new IOException(
                    path
                            + ": tensor "
                            + name
                            + " needs "
                            + (long) count * width
                            + " bytes, its offsets are ["
                            + from
                            + ", "
                            + to
                            + ") of "
                            + body.capacity());
        }
        double[] values = new double[count];
        for (int i = 0; i < count; i++) {
            int at = (int) from + i * width;
            values[i] =
                    switch (type) {
                        case "F64" -> body.getDouble(at);
                        case "I64" -> (double) body.getLong(at);
                        case "F32" -> body.getFloat(at);
                        case "I32" -> body.getInt(at);
                        default -> body.get(at);
                    };
        }
        return new Tensor(shape, values);
    }

    /** A metadata value; null if it is not there. */
    @Nullable String metadata(String key) {
        return metadata.get(key);
    }

    /** Whether there is a tensor of that name. */
    boolean has(String name) {
        return tensors.containsKey(name);
    }

    /** The tensor of that name; an error if it is not there. */
    Tensor tensor(String name) throws IOException {
        Tensor tensor = tensors.get(name);
        if (tensor == null) {
            throw new IOException(path + ": tensor " + name + " is missing");
        }
        return tensor;
    }

    /** Tensors whose names start with a prefix, by the rest of the name. */
    Map<String, Tensor> under(String prefix) {
        Map<String, Tensor> found = new LinkedHashMap<>();
        tensors.forEach(
                (name, tensor) -> {
                    if (name.startsWith(prefix)) {
                        found.put(name.substring(prefix.length()), tensor);
                    }
                });
        return found;
    }
}
