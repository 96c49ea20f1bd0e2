package io.tamor.jobs.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Gives the keys that a document leaves out the defaults that its JSON Schema names. */
final class Defaults {
    private Defaults() {}

    /** Fills objects within objects; lists have no defaults. */
    static void fill(JsonNode document, JsonNode schema) {
        if (!(document instanceof ObjectNode object)) {
            return;
        }
        schema.path("properties")
                .properties()
                .forEach(
                        property -> {
                            JsonNode wanted = property.getValue();
                            if (!object.has(property.getKey()) && wanted.has("default")) {
                                object.set(property.getKey(), wanted.get("default").deepCopy());
                            }
                            fill(object.path(property.getKey()), wanted);
                        });
    }
}
