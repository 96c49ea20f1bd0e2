package io.tamor.jobs.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/**
 * docs/configuration.md is the JSON Schema as a page. After a change of the schema run this test
 * with -Dtamor.write-docs=true to write the page anew.
 */
final class ConfigurationReferenceTest {
    private static final Path PAGE = Path.of("..", "docs", "configuration.md");

    @Test
    void theReferenceSaysWhatTheSchemaSays() throws IOException {
        String page = page();
        if (Boolean.getBoolean("tamor.write-docs")) {
            Files.writeString(PAGE, page);
        }

        assertThat(PAGE).hasContent(page);
    }

    private static String page() throws IOException {
        JsonNode schema;
        try (InputStream in = Deployment.class.getResourceAsStream("deployment.schema.json")) {
            schema = new ObjectMapper().readTree(in);
        }
        StringBuilder page =
                new StringBuilder(
                        """
                        # Configuration

                        One YAML file describes a deployment; `tamor config check FILE` reports every problem at once. This page is generated from
                        `deployment.schema.json`, which editors can use for completion. Durations are a number and a unit: `250 ms`, `5 s`, `15 min`, `2 h`, `7 d`.
                        Money is in minor units (fen, cents); time is UTC.

                        | key | value | meaning |
                        |---|---|---|
                        """);
        rows(schema, schema, "", page);
        return page.toString();
    }

    private static void rows(JsonNode schema, JsonNode object, String prefix, StringBuilder page) {
        List<String> required = new ArrayList<>();
        object.path("required").forEach(name -> required.add(name.asText()));
        object.path("properties")
                .properties()
                .forEach(
                        field -> {
                            JsonNode node = field.getValue();
                            JsonNode type = resolve(schema, node);
                            String key = prefix + field.getKey();
                            page.append(
                                    String.format(
                                            Locale.ROOT,
                                            "| `%s`%s | %s | %s |%n",
                                            key,
                                            required.contains(field.getKey()) ? "" : " (optional)",
                                            value(node, type),
                                            meaning(node)));
                            if (prefix.isEmpty() && key.equals("topics")) {
                                topics(schema, type, page);
                            } else if (type.has("properties")) {
                                rows(schema, type, key + ".", page);
                            } else if (type.path("items").has("properties")) {
                                rows(schema, type.get("items"), key + "[].", page);
                            }
                        });
    }

    private static String meaning(JsonNode node) {
        String description = node.path("description").asText();
        return node.path("default").isValueNode()
                ? description + " Default: `" + node.get("default").asText() + "`."
                : description;
    }

    /** The topics all have the same keys, said once. */
    private static void topics(JsonNode schema, JsonNode topics, StringBuilder page) {
        topics.path("properties")
                .properties()
                .forEach(
                        topic ->
                                page.append(
                                        String.format(
                                                Locale.ROOT,
                                                "| `topics.%s` | topic | %s |%n",
                                                topic.getKey(),
                                                topic.getValue().path("description").asText())));
        rows(schema, schema.at("/$defs/topic"), "topics.*.", page);
    }

    private static JsonNode resolve(JsonNode schema, JsonNode node) {
        return node.has("$ref") ? schema.at(node.get("$ref").asText().substring(1)) : node;
    }

    private static String value(JsonNode node, JsonNode type) {
        if (node.path("$ref").asText().endsWith("/duration")) {
            return "duration";
        }
        if (node.path("$ref").asText().endsWith("/schedule")) {
            return "duration, samples or checkpoints";
        }
        if (type.has("enum")) {
            List<String> values = new ArrayList<>();
            type.get("enum").forEach(v -> values.add("`" + v.asText() + "`"));
            return String.join(", ", values);
        }
        if (type.has("const")) {
            return "`" + type.get("const").asText() + "`";
        }
        String name = type.path("type").asText();
        if (name.equals("array")) {
            return "list of " + type.path("items").path("type").asText() + "s";
        }
        if (type.has("minimum")) {
            return name + " ≥ " + type.get("minimum").asText();
        }
        return type.has("exclusiveMinimum")
                ? name + " > " + type.get("exclusiveMinimum").asText()
                : name;
    }
}
