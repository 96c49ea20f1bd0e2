package io.tamor.jobs.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.Error;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.commons.text.similarity.LevenshteinDistance;

/**
 * Reads a deployment's YAML. Structure is checked against the JSON Schema beside this class, which
 * editors can use too; references are checked by {@link Deployment}. Every problem is reported at
 * once, each with its key, the value found and what was expected.
 */
public final class DeploymentReader {
    private static final String SCHEMA = "deployment.schema.json";

    /** Where values can be passwords, which no message repeats. */
    private static final String SECRETS = "/kafka/properties";

    private DeploymentReader() {}

    /** Reads and checks a file; a {@link ConfigurationException} lists what is wrong with it. */
    public static Deployment read(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new ConfigurationException(
                    file.toString(), List.of("no such file; give the path of a deployment's YAML"));
        }
        try {
            return parse(file.toString(), Files.readString(file));
        } catch (IOException e) {
            throw new ConfigurationException(
                    file.toString(), List.of("cannot be read: " + e.getMessage()));
        }
    }

    /** Reads and checks a text; {@code where} names it in errors. */
    public static Deployment parse(String where, String yaml) {
        YAMLMapper mapper =
                new YAMLMapper(
                        YAMLFactory.builder()
                                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                                .build());
        JsonNode tree;
        try {
            tree = mapper.readTree(yaml);
        } catch (JsonProcessingException e) {
            throw new ConfigurationException(
                    where,
                    List.of(
                            "line "
                                    + (e.getLocation() == null ? "?" : e.getLocation().getLineNr())
                                    + ": not YAML: "
                                    + withoutContent(e.getOriginalMessage())));
        }
        checkStructure(where, tree);
        Defaults.fill(tree, schema());
        ((ObjectNode) tree).put("model", tree.get("model").toString());
        ObjectMapper binder = ConfigurationBinding.mapper();
        try {
            return binder.treeToValue(tree, Deployment.class);
        } catch (JsonProcessingException e) {
            for (Throwable t = e; t != null; t = t.getCause()) {
                if (t instanceof ConfigurationException problems) {
                    throw new ConfigurationException(where, problems.problems());
                }
            }
            throw new ConfigurationException(where, List.of(e.getOriginalMessage()));
        }
    }

    /**
     * A parser's message without what it quotes of the text, which may be a password: lines that
     * are indented, and names of aliases and tags.
     */
    private static String withoutContent(String message) {
        return message.lines()
                .filter(line -> !line.startsWith(" "))
                .map(line -> line.replaceAll("\\b(alias|tag handle|tag) .*", "$1"))
                .collect(Collectors.joining(", "));
    }

    private static void checkStructure(String where, JsonNode tree) {
        JsonNode schema = schema();
        Problems problems = new Problems();
        for (Error error :
                SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                        .getSchema(schema)
                        .validate(tree)) {
            problems.add(described(error, schema));
        }
        problems.throwIfAny(where);
    }

    private static JsonNode schema() {
        try (InputStream resource = DeploymentReader.class.getResourceAsStream(SCHEMA)) {
            return new ObjectMapper().readTree(resource);
        } catch (IOException e) {
            throw new UncheckedIOException("the configuration's schema is not in this jar", e);
        }
    }

    private static String described(Error error, JsonNode schema) {
        String key = error.getInstanceLocation().toString();
        String text = (key.isEmpty() ? "/" : key) + ": " + error.getMessage();
        if ("additionalProperties".equals(error.getKeyword())) {
            return text + nearest(error, schema);
        }
        JsonNode found = error.getInstanceNode();
        boolean tells = found != null && !found.isContainerNode() && !key.startsWith(SECRETS);
        return tells ? text + ", found " + found : text;
    }

    /** Names the known key most like the unknown one, since most unknown keys are misspelt ones. */
    private static String nearest(Error error, JsonNode schema) {
        String unknown = error.getProperty();
        String location = error.getSchemaLocation().getFragment().toString();
        JsonNode known =
                schema.at(location.substring(0, location.lastIndexOf('/')) + "/properties");
        String best = null;
        int bestDistance = Integer.MAX_VALUE;
        for (Iterator<String> names = known.fieldNames(); unknown != null && names.hasNext(); ) {
            String name = names.next();
            int distance = LevenshteinDistance.getDefaultInstance().apply(unknown, name);
            if (distance < bestDistance) {
                bestDistance = distance;
                best = name;
            }
        }
        return best == null ? "" : "; the nearest known key is " + best;
    }
}
