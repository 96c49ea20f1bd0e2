package io.tamor.model.snapshot;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** The JSON header of a safetensors file; entries in the order of their bytes. */
record SafetensorsHeader(List<TensorEntry> entries, SortedMap<String, String> metadata) {
    private static final String METADATA = "__metadata__";
    private static final ObjectMapper MAPPER =
            JsonMapper.builder()
                    .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .build();

    /** The header's bytes, padded with spaces so that the tensors begin at a multiple of 8. */
    byte[] write() {
        ObjectNode root = MAPPER.createObjectNode();
        if (!metadata.isEmpty()) {
            ObjectNode node = root.putObject(METADATA);
            metadata.forEach(node::put);
        }
        for (TensorEntry entry : entries) {
            ObjectNode node = root.putObject(entry.name());
            node.put("dtype", entry.type().name());
            ArrayNode shape = node.putArray("shape");
            entry.shape().forEach(shape::add);
            node.putArray("data_offsets").add(entry.from()).add(entry.to());
        }
        byte[] json = root.toString().getBytes(StandardCharsets.UTF_8);
        byte[] padded = Arrays.copyOf(json, (json.length + 7) / 8 * 8);
        Arrays.fill(padded, json.length, padded.length, (byte) ' ');
        return padded;
    }

    /**
     * Reads a header.
     *
     * @param bodyBytes bytes of the file after its header
     */
    static SafetensorsHeader read(byte[] json, long bodyBytes, String where) throws IOException {
        JsonNode root = parse(json, where);
        SortedMap<String, String> metadata = new TreeMap<>();
        List<TensorEntry> entries = new ArrayList<>();
        for (Map.Entry<String, JsonNode> field : root.properties()) {
            if (field.getKey().equals(METADATA)) {
                readMetadata(field.getValue(), metadata, where);
            } else {
                entries.add(readEntry(field.getKey(), field.getValue(), where));
            }
        }
        entries.sort(
                Comparator.comparingLong(TensorEntry::from)
                        .thenComparingLong(TensorEntry::to)
                        .thenComparing(TensorEntry::name));
        requireWhole(entries, bodyBytes, where);
        return new SafetensorsHeader(List.copyOf(entries), metadata);
    }

    private static JsonNode parse(byte[] json, String where) throws IOException {
        String text;
        try {
            text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(json)).toString();
        } catch (CharacterCodingException e) {
            throw new IOException(where + ": the safetensors header is not UTF-8", e);
        }
        if (!text.startsWith("{")) {
            throw new IOException(where + ": the safetensors header must begin with '{'");
        }
        try {
            return MAPPER.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IOException(
                    where + ": the safetensors header is not as it must be: " + e.getMessage(), e);
        }
    }

    private static void readMetadata(JsonNode node, Map<String, String> into, String where)
            throws IOException {
        if (!node.isObject()) {
            throw new IOException(where + ": " + METADATA + " must be an object, was " + node);
        }
        for (Map.Entry<String, JsonNode> entry : node.properties()) {
            if (!entry.getValue().isTextual()) {
                throw new IOException(
                        where
                                + ": "
                                + METADATA
                                + "."
                                + entry.getKey()
                                + " must be text, was "
                                + entry.getValue());
            }
            into.put(entry.getKey(), entry.getValue().textValue());
        }
    }

    private static TensorEntry readEntry(String name, JsonNode node, String where)
            throws IOException {
        String tensor = where + ": tensor " + name;
        if (!node.isObject()
                || node.size() != 3
                || !node.path("dtype").isTextual()
                || !node.path("shape").isArray()
                || !node.path("data_offsets").isArray()) {
            throw new IOException(
                    tensor + " needs exactly dtype, shape and data_offsets, was " + node);
        }
        TensorType type = type(node.path("dtype").textValue(), tensor);
        List<Long> shape = numbers(node.path("shape"), "shape", tensor);
        List<Long> offsets = numbers(node.path("data_offsets"), "data_offsets", tensor);
        if (offsets.size() != 2) {
            throw new IOException(tensor + " needs 2 data_offsets, has " + offsets);
        }
        long from = offsets.get(0);
        long to = offsets.get(1);
        long wanted;
        try {
            wanted = TensorEntry.byteCount(type, shape);
        } catch (ArithmeticException e) {
            throw new IOException(tensor + " has the impossible shape " + shape, e);
        }
        if (to - from != wanted) {
            throw new IOException(
                    tensor
                            + " of type "
                            + type
                            + " and shape "
                            + shape
                            + " needs "
                            + wanted
                            + " bytes, its data_offsets "
                            + offsets
                            + " hold "
                            + (to - from));
        }
        return new TensorEntry(name, type, shape, from, to);
    }

    private static TensorType type(String name, String tensor) throws IOException {
        for (TensorType type : TensorType.values()) {
            if (type.name().equals(name)) {
                return type;
            }
        }
        throw new IOException(
                tensor
                        + " has dtype "
                        + name
                        + ", this reads "
                        + Arrays.toString(TensorType.values()));
    }

    private static List<Long> numbers(JsonNode array, String key, String tensor)
            throws IOException {
        List<Long> numbers = new ArrayList<>();
        for (JsonNode number : array) {
            if (!number.isIntegralNumber() || !number.canConvertToLong() || number.asLong() < 0) {
                throw new IOException(
                        tensor + ": " + key + " must be whole numbers >= 0, was " + array);
            }
            numbers.add(number.asLong());
        }
        return numbers;
    }

    private static void requireWhole(List<TensorEntry> entries, long bodyBytes, String where)
            throws IOException {
        long at = 0;
        for (TensorEntry entry : entries) {
            if (entry.from() != at) {
                throw new IOException(
                        where
                                + ": tensor "
                                + entry.name()
                                + " begins at byte "
                                + entry.from()
                                + ", the one before ends at "
                                + at
                                + (entry.from() < at ? ": they overlap" : ": there is a gap"));
            }
            at = entry.to();
        }
        if (at != bodyBytes) {
            throw new IOException(
                    where
                            + ": the tensors need "
                            + at
                            + " bytes after the header, the file has "
                            + bodyBytes
                            + (bodyBytes < at ? ": it is cut off" : ": bytes trail"));
        }
    }
}
