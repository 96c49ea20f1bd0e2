package io.tamor.jobs.learner.logic;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tamor.model.config.ModelSpec;
import io.tamor.model.config.ModelSpecJson;
import java.util.Iterator;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Whether one model can take over another's parameters: network, inputs and tasks must be the same.
 * What parameters do not depend on may differ: the optimizer, the seed, the tasks' weights, and the
 * slots of external fields, which are as many as a mini-batch has samples.
 */
public final class ModelDifference {
    private ModelDifference() {}

    /** The first key that differs, with both values; null where none does. */
    public static @Nullable String first(ModelSpec wanted, ModelSpec found) {
        return first("", shape(wanted), shape(found));
    }

    private static JsonNode shape(ModelSpec spec) {
        ObjectNode tree = (ObjectNode) ModelSpecJson.tree(spec);
        tree.remove("optimizer");
        tree.remove("seed");
        tree.path("tasks").forEach(task -> ((ObjectNode) task).remove("weight"));
        for (JsonNode field : tree.path("input").path("fields")) {
            if (field.path("external").asBoolean()) {
                ((ObjectNode) field).remove("rows");
            }
        }
        return tree;
    }

    private static @Nullable String first(
            String key, @Nullable JsonNode wanted, @Nullable JsonNode found) {
        if (Objects.equals(wanted, found)) {
            return null;
        }
        if (wanted != null && found != null && wanted.isObject() && found.isObject()) {
            Set<String> names = new TreeSet<>();
            names(wanted, names);
            names(found, names);
            for (String name : names) {
                String place = key.isEmpty() ? name : key + "." + name;
                String difference = first(place, wanted.get(name), found.get(name));
                if (difference != null) {
                    return difference;
                }
            }
        }
        if (wanted != null && found != null && wanted.isArray() && found.isArray()) {
            for (int i = 0; i < Math.max(wanted.size(), found.size()); i++) {
                String difference = first(key + "[" + i + "]", wanted.get(i), found.get(i));
                if (difference != null) {
                    return difference;
                }
            }
        }
        return key + ": wanted " + wanted + ", found " + found;
    }

    private static void names(JsonNode of, Set<String> into) {
        for (Iterator<String> names = of.fieldNames(); names.hasNext(); ) {
            into.add(names.next());
        }
    }
}
