package io.tamor.jobs.config;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.DeserializationConfig;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.deser.BeanDeserializerModifier;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.module.SimpleModule;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;

/** How YAML becomes records: snake_case keys, kebab-case enum values, durations such as 15 min. */
final class ConfigurationBinding {
    private ConfigurationBinding() {}

    static ObjectMapper mapper() {
        SimpleModule module = new SimpleModule();
        module.addDeserializer(Duration.class, new DurationDeserializer());
        module.addDeserializer(SnapshotSchedule.class, new ScheduleDeserializer());
        module.setDeserializerModifier(new KebabCaseEnums());
        return new ObjectMapper()
                .setPropertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .registerModule(module);
    }

    /**
     * Reads "250 ms", "5 s", "15 min", "2 h", "7 d"; the JSON Schema has already checked the form.
     */
    static Duration duration(String text) {
        String[] parts = text.trim().split(" +", -1);
        long amount = Long.parseLong(parts[0]);
        return switch (parts[1]) {
            case "ms" -> Duration.ofMillis(amount);
            case "s" -> Duration.ofSeconds(amount);
            case "min" -> Duration.ofMinutes(amount);
            case "h" -> Duration.ofHours(amount);
            case "d" -> Duration.ofDays(amount);
            default ->
                    throw new IllegalArgumentException(
                            "a duration is a number and one of ms, s, min, h, d, was " + text);
        };
    }

    private static final class DurationDeserializer extends StdDeserializer<Duration> {
        DurationDeserializer() {
            super(Duration.class);
        }

        @Override
        public Duration deserialize(JsonParser parser, DeserializationContext context)
                throws IOException {
            return duration(parser.getText());
        }
    }

    private static final class ScheduleDeserializer extends StdDeserializer<SnapshotSchedule> {
        ScheduleDeserializer() {
            super(SnapshotSchedule.class);
        }

        @Override
        public SnapshotSchedule deserialize(JsonParser parser, DeserializationContext context)
                throws IOException {
            return SnapshotSchedule.parse(parser.getText());
        }
    }

    private static final class KebabCaseEnums extends BeanDeserializerModifier {
        @Override
        @SuppressWarnings({"unchecked", "rawtypes"}) // the type of an enum class is known only here
        public JsonDeserializer<?> modifyEnumDeserializer(
                DeserializationConfig config,
                JavaType type,
                BeanDescription description,
                JsonDeserializer<?> deserializer) {
            Class<? extends Enum> raw = (Class<? extends Enum>) type.getRawClass();
            return new StdDeserializer<Enum<?>>(type) {
                @Override
                public Enum<?> deserialize(JsonParser parser, DeserializationContext context)
                        throws IOException {
                    return Enum.valueOf(
                            raw, parser.getText().replace('-', '_').toUpperCase(Locale.ROOT));
                }
            };
        }
    }
}
