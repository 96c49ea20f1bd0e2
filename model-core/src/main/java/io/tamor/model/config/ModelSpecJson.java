package io.tamor.model.config;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.cfg.EnumFeature;
import com.fasterxml.jackson.databind.cfg.MapperConfig;
import com.fasterxml.jackson.databind.introspect.AnnotatedClass;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.Locale;

/**
 * Model descriptions as JSON: snake_case keys, kebab-case enum values, keys in the records' order.
 * An unknown key, a duplicate key or a wrong type is an error.
 */
public final class ModelSpecJson {
    private static final ObjectMapper MAPPER =
            JsonMapper.builder()
                    .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                    .annotationIntrospector(new KebabEnums())
                    .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
                    .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
                    .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
                    .disable(EnumFeature.READ_ENUM_KEYS_USING_INDEX)
                    .enable(DeserializationFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
                    .build();

    private ModelSpecJson() {}

    /** The description as one line of JSON; equal descriptions give equal text. */
    public static String write(ModelSpec spec) {
        try {
            return MAPPER.writeValueAsString(spec);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a model description could not be written", e);
        }
    }

    /** The same, indented for people. */
    public static String writePretty(ModelSpec spec) {
        try {
            return MAPPER.writer(SerializationFeature.INDENT_OUTPUT).writeValueAsString(spec);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a model description could not be written", e);
        }
    }

    /** Reads a description; the error names the key and what was wrong with it. */
    public static ModelSpec read(String json) {
        try {
            return MAPPER.readValue(json, ModelSpec.class);
        } catch (JsonProcessingException e) {
            throw refused(e);
        }
    }

    /** Reads a description from a tree, such as a part of a larger configuration. */
    public static ModelSpec read(JsonNode tree) {
        return read(tree, ModelSpec.class);
    }

    /** Reads any record of this package, such as a {@link NetworkSpec}, from a tree. */
    public static <T> T read(JsonNode tree, Class<T> type) {
        JavaType target = MAPPER.constructType(type);
        try {
            return MAPPER.treeToValue(tree, target);
        } catch (JsonProcessingException e) {
            throw refused(e);
        }
    }

    private static IllegalArgumentException refused(JsonProcessingException e) {
        StringBuilder key = new StringBuilder();
        if (e instanceof JsonMappingException mapping) {
            for (JsonMappingException.Reference step : mapping.getPath()) {
                boolean named = step.getFieldName() != null;
                key.append(named && key.length() > 0 ? "." : "");
                key.append(named ? step.getFieldName() : "[" + step.getIndex() + "]");
            }
        }
        Throwable cause = e.getCause();
        String what =
                cause instanceof IllegalArgumentException
                        ? String.valueOf(cause.getMessage())
                        : e.getOriginalMessage();
        return new IllegalArgumentException("model description, key '" + key + "': " + what, e);
    }

    /** The description as a tree. */
    public static JsonNode tree(ModelSpec spec) {
        return MAPPER.valueToTree(spec);
    }

    /** Writes an enum constant as its name in kebab case. */
    private static final class KebabEnums extends JacksonAnnotationIntrospector {
        private static final long serialVersionUID = 1L;

        @Override
        public String[] findEnumValues(
                MapperConfig<?> config, AnnotatedClass enumType, Enum<?>[] values, String[] names) {
            for (int i = 0; i < values.length; i++) {
                names[i] = values[i].name().toLowerCase(Locale.ROOT).replace('_', '-');
            }
            return names;
        }
    }
}
