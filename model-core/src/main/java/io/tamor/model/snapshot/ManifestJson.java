package io.tamor.model.snapshot;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tamor.model.config.ModelSpec;
import io.tamor.model.config.ModelSpecJson;
import io.tamor.model.gate.GateReport;
import io.tamor.model.metric.MetricRow;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Manifests as JSON: snake_case keys in the record's order, indented, ending in a line feed. Equal
 * manifests give equal bytes. An unknown, missing or repeated key or a wrong type is an error.
 */
public final class ManifestJson {
    private static final String MODEL = "model";

    /** Keys that a format version was the first to have; what they are in those before. */
    private static final SortedMap<Integer, Map<String, JsonNode>> SINCE =
            new TreeMap<>(
                    Map.of(
                            2,
                            Map.of("delta", BooleanNode.FALSE, "gate", NullNode.instance),
                            3,
                            Map.of("started_from", NullNode.instance)));

    private static final ObjectMapper MAPPER =
            JsonMapper.builder()
                    .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                    .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
                    .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                    .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
                    .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
                    .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
                    .build();

    /** A manifest with its model description still a tree, since its text is hashed. */
    private record Document(
            int formatVersion,
            long version,
            @Nullable Parent parent,
            @Nullable Origin startedFrom,
            boolean delta,
            String softwareVersion,
            SortedMap<String, FileEntry> files,
            String modelSha256,
            JsonNode model,
            String featureSchema,
            Hashing hashing,
            Progress progress,
            List<MetricRow> metrics,
            @Nullable GateReport gate) {}

    private ManifestJson() {}

    /** Hash of a model description, as manifests hold it. */
    public static String modelSha256(ModelSpec model) {
        return Sha256.hex(ModelSpecJson.tree(model).toString());
    }

    /** The bytes of manifest.json. */
    public static byte[] write(Manifest m) {
        Document document =
                new Document(
                        m.formatVersion(),
                        m.version(),
                        m.parent(),
                        m.startedFrom(),
                        m.delta(),
                        m.softwareVersion(),
                        m.files(),
                        m.modelSha256(),
                        ModelSpecJson.tree(m.model()),
                        m.featureSchema(),
                        m.hashing(),
                        m.progress(),
                        m.metrics(),
                        m.gate());
        ObjectNode tree = MAPPER.valueToTree(document);
        keysAfter(m.formatVersion()).forEach(keys -> tree.remove(keys.keySet()));
        try {
            String text = MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(tree);
            return (text.replace(System.lineSeparator(), "\n") + "\n")
                    .getBytes(StandardCharsets.UTF_8);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a manifest could not be written", e);
        }
    }

    /**
     * Reads a manifest.
     *
     * @param where what errors call it
     */
    public static Manifest read(byte[] bytes, String where) throws IOException {
        try {
            JsonNode tree = MAPPER.readTree(bytes);
            requireFormat(tree, where);
            upgrade((ObjectNode) tree, where);
            Document d = MAPPER.treeToValue(tree, Document.class);
            String modelSha256 = Sha256.hex(d.model().toString());
            if (!modelSha256.equals(d.modelSha256())) {
                throw new IOException(
                        where
                                + ": "
                                + MODEL
                                + " has hash "
                                + modelSha256
                                + ", model_sha256 says "
                                + d.modelSha256());
            }
            return new Manifest(
                    d.formatVersion(),
                    d.version(),
                    d.parent(),
                    d.startedFrom(),
                    d.delta(),
                    d.softwareVersion(),
                    d.files(),
                    d.modelSha256(),
                    ModelSpecJson.read(d.model()),
                    d.featureSchema(),
                    d.hashing(),
                    d.progress(),
                    d.metrics(),
                    d.gate());
        } catch (JsonProcessingException e) {
            throw new IOException(where + ": " + e.getOriginalMessage(), e);
        } catch (IllegalArgumentException | NullPointerException e) {
            throw new IOException(where + ": " + e.getMessage(), e);
        }
    }

    private static void requireFormat(JsonNode tree, String where) throws IOException {
        JsonNode format = tree.path("format_version");
        if (!(tree instanceof ObjectNode) || !format.isInt()) {
            throw new IOException(
                    where
                            + " is no manifest: format_version is "
                            + (format.isMissingNode() ? "missing" : format.toString()));
        }
        if (format.asInt() < Manifest.FIRST_FORMAT_VERSION
                || format.asInt() > Manifest.FORMAT_VERSION) {
            throw new IOException(
                    where
                            + ": format version "
                            + format.asInt()
                            + ", this build reads "
                            + Manifest.FIRST_FORMAT_VERSION
                            + " to "
                            + Manifest.FORMAT_VERSION
                            + "; upgrade the reader before the writer");
        }
    }

    /** Gives a manifest of an older version the keys that came later. */
    private static void upgrade(ObjectNode tree, String where) throws IOException {
        int format = tree.path("format_version").asInt();
        for (Map<String, JsonNode> keys : keysAfter(format)) {
            for (String key : new TreeSet<>(keys.keySet())) {
                if (tree.has(key)) {
                    throw new IOException(
                            where + ": format version " + format + " has no key " + key);
                }
            }
            tree.setAll(keys);
        }
    }

    private static Collection<Map<String, JsonNode>> keysAfter(int format) {
        return SINCE.tailMap(format + 1).values();
    }
}
