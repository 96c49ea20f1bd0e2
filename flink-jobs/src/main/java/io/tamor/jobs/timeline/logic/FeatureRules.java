package io.tamor.jobs.timeline.logic;

import io.tamor.jobs.config.AggregateOptions;
import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.config.FeatureOptions;
import io.tamor.jobs.config.FeatureSource;
import io.tamor.jobs.config.SampleSchema;
import io.tamor.model.embedding.FeatureHash;
import io.tamor.schemas.Impression;
import io.tamor.schemas.wire.FeatureWire;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Computes an impression's features from what was known at its instant: its own record, the user's
 * position and tier, and the user's accepted events strictly before it.
 */
final class FeatureRules implements Serializable {
    private static final double MINOR_PER_MAJOR = 100.0;
    private static final double DAY_MS = 86_400_000.0;
    private static final long[] MISSING = {};

    private final SampleSchema schema;
    private final AggregateRules aggregates;

    FeatureRules(Deployment deployment) {
        this.schema = deployment.sampleSchema();
        this.aggregates =
                new AggregateRules(
                        schema.dense().stream()
                                .map(FeatureOptions::aggregate)
                                .filter(Objects::nonNull)
                                .toList(),
                        deployment.timeline().maxItemsPerUser());
    }

    /** The rules of the users' aggregates. */
    AggregateRules aggregates() {
        return aggregates;
    }

    /** What an impression is seen with. */
    record View(Impression impression, long item, int scenario, String tier, UserState user) {}

    FrozenSample freeze(View view) {
        long[][] hashes = new long[schema.categorical().size()][];
        for (int i = 0; i < hashes.length; i++) {
            FeatureSource from = schema.categorical().get(i).from();
            if (from == null) {
                throw new IllegalStateException("a categorical feature has from");
            }
            hashes[i] = hashes(from, view);
        }
        float[] dense = new float[schema.dense().size()];
        int aggregateCount = 0;
        for (int i = 0; i < dense.length; i++) {
            FeatureOptions feature = schema.dense().get(i);
            AggregateOptions aggregate = feature.aggregate();
            FeatureSource from = feature.from();
            double value;
            if (aggregate != null) {
                value =
                        aggregates.value(
                                aggregateCount++,
                                view.user().aggregates(),
                                view.impression().getEventTimeMs(),
                                view.item(),
                                view.scenario());
            } else if (from != null) {
                value = number(from, view);
            } else {
                throw new IllegalStateException("a dense feature has from or aggregate");
            }
            dense[i] = (float) feature.transform().apply(value);
        }
        Impression impression = view.impression();
        return new FrozenSample(
                impression.getImpressionId(),
                impression.getItemId(),
                impression.getScenario(),
                view.tier(),
                schema.fingerprint(),
                bytes(FeatureWire.packCategorical(hashes)),
                bytes(FeatureWire.packDense(dense)));
    }

    private static long[] hashes(FeatureSource from, View view) {
        Impression impression = view.impression();
        return switch (from.kind()) {
            case ATTRIBUTE -> values(impression.getAttributes().get(from.name()));
            case MEASURE -> {
                Double value = impression.getMeasures().get(from.name());
                yield value == null ? MISSING : one(Double.toString(value));
            }
            case ITEM -> one(impression.getItemId());
            case SCENARIO -> one(impression.getScenario());
            case TIER -> one(view.tier());
            case HOUR_OF_DAY, DAY_OF_WEEK, POSITION, TIME_IN_TIER ->
                    one(String.format(Locale.ROOT, "%d", (long) number(from, view)));
        };
    }

    private static long[] one(String value) {
        return value.isEmpty() ? MISSING : new long[] {FeatureHash.hash(value)};
    }

    /** The values of an attribute, separated by '|'; empty ones are none. */
    private static long[] values(@Nullable String text) {
        if (text == null || text.isEmpty()) {
            return MISSING;
        }
        if (text.indexOf('|') < 0) {
            return one(text);
        }
        long[] hashes = new long[text.length()];
        int count = 0;
        int start = 0;
        while (start <= text.length()) {
            int bar = text.indexOf('|', start);
            int end = bar < 0 ? text.length() : bar;
            if (end > start) {
                hashes[count++] = FeatureHash.hash(text.substring(start, end));
            }
            start = end + 1;
        }
        return Arrays.copyOf(hashes, count);
    }

    private static double number(FeatureSource from, View view) {
        long timeMs = view.impression().getEventTimeMs();
        return switch (from.kind()) {
            case MEASURE -> view.impression().getMeasures().getOrDefault(from.name(), 0.0);
            case POSITION -> view.user().labels.positionMinor / MINOR_PER_MAJOR;
            case TIME_IN_TIER ->
                    view.user().labels.tierSinceMs == 0
                            ? 0
                            : (timeMs - view.user().labels.tierSinceMs) / DAY_MS;
            case HOUR_OF_DAY -> utc(timeMs).getHour();
            case DAY_OF_WEEK -> utc(timeMs).getDayOfWeek().getValue();
            case ATTRIBUTE, ITEM, SCENARIO, TIER ->
                    throw new IllegalStateException(from + " is not a number");
        };
    }

    private static ZonedDateTime utc(long timeMs) {
        return Instant.ofEpochMilli(timeMs).atZone(ZoneOffset.UTC);
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }
}
