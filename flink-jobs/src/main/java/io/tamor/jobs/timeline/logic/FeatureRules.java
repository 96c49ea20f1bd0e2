package io.tamor.jobs.timeline.logic;

import io.tamor.jobs.config.AggregateOptions;
import io.tamor.jobs.config.AggregateOptions.Same;
import io.tamor.jobs.config.AggregateOptions.Users;
import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.config.FeatureOptions;
import io.tamor.jobs.config.FeatureOptions.Side;
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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Computes an impression's features from what was known at its instant: its own record, the user's
 * position and tier, the user's accepted events strictly before it, and what it was told of all
 * users' events.
 */
final class FeatureRules implements Serializable {
    private static final double MINOR_PER_MAJOR = 100.0;
    private static final double DAY_MS = 86_400_000.0;
    private static final long[] MISSING = {};

    private final SampleSchema schema;

    /** Of the user's aggregates, those with windows that the user's events may not be kept for. */
    private final AggregateRules aggregates;

    /** Of the user's half of the features, and of the other. */
    private final RecentAggregates userRecent;

    private final RecentAggregates itemRecent;
    private final AggregateRules population;

    /**
     * For each dense feature its index among the kept aggregates, or the recent ones' of a half.
     */
    private final int[] aggregateIndexes;

    private final boolean[] isRecent;

    private final int userCategoricalCount;
    private final int userDenseCount;

    FeatureRules(Deployment deployment) {
        this.schema = deployment.sampleSchema();
        long recentMs = TimelineRules.recentMs(deployment);
        List<AggregateOptions> own = new ArrayList<>();
        List<AggregateOptions> kept = new ArrayList<>();
        List<AggregateOptions> all = new ArrayList<>();
        List<AggregateOptions> ofUser = new ArrayList<>();
        List<AggregateOptions> ofItem = new ArrayList<>();
        this.aggregateIndexes = new int[schema.dense().size()];
        this.isRecent = new boolean[schema.dense().size()];
        for (int i = 0; i < aggregateIndexes.length; i++) {
            AggregateOptions aggregate = schema.dense().get(i).aggregate();
            if (aggregate != null) {
                if (aggregate.users() == Users.OWN) {
                    own.add(aggregate);
                }
                isRecent[i] =
                        aggregate.users() == Users.OWN && aggregate.over().toMillis() <= recentMs;
                List<AggregateOptions> among;
                if (isRecent[i]) {
                    among = schema.dense().get(i).side() == Side.USER ? ofUser : ofItem;
                } else {
                    among = aggregate.users() == Users.OWN ? kept : all;
                }
                aggregateIndexes[i] = among.size();
                among.add(aggregate);
            }
        }
        int maxItems = deployment.timeline().maxItemsPerUser();
        this.aggregates = new AggregateRules(kept, own, maxItems);
        this.userRecent = new RecentAggregates(ofUser, own, maxItems);
        this.itemRecent = new RecentAggregates(ofItem, own, maxItems);
        this.population = new AggregateRules(all, all, 1);
        this.userCategoricalCount = userSideCount(schema.categorical());
        this.userDenseCount = userSideCount(schema.dense());
    }

    private static int userSideCount(List<FeatureOptions> features) {
        return (int) features.stream().filter(f -> f.side() == Side.USER).count();
    }

    /** True where a feature counts a user's events by item. */
    boolean countsByItem() {
        return schema.dense().stream()
                .map(FeatureOptions::aggregate)
                .anyMatch(a -> a != null && a.users() == Users.OWN && a.same() == Same.ITEM);
    }

    /** The rules of the users' aggregates. */
    AggregateRules aggregates() {
        return aggregates;
    }

    /**
     * What an impression is seen with.
     *
     * @param population what it was told of all users' events, null where nothing
     */
    record View(
            Impression impression,
            long item,
            int scenario,
            String tier,
            UserState user,
            @Nullable Population population) {

        /** Seen with the tier that it was ranked with. */
        View ranked(String rankedTier) {
            return new View(impression, item, scenario, rankedTier, user, population);
        }
    }

    /** The user's half of the features; the tier is the user's, too. */
    FrozenSample userHalf(View view) {
        return new FrozenSample(
                "",
                "",
                "",
                view.tier(),
                schema.fingerprint(),
                categorical(view, 0, userCategoricalCount),
                dense(view, 0, userDenseCount, userRecent));
    }

    /** True of a stored half that has the features that are configured now. */
    boolean reads(FrozenSample userHalf) {
        return userHalf.featureSchema() == schema.fingerprint();
    }

    /** All features, given the user's half. */
    FrozenSample freeze(View seen, FrozenSample userHalf) {
        View view = seen.ranked(userHalf.tier());
        Impression impression = view.impression();
        return new FrozenSample(
                impression.getImpressionId(),
                impression.getItemId(),
                impression.getScenario(),
                userHalf.tier(),
                schema.fingerprint(),
                joined(
                        userHalf.categorical(),
                        categorical(view, userCategoricalCount, schema.categorical().size())),
                joined(
                        userHalf.dense(),
                        dense(view, userDenseCount, schema.dense().size(), itemRecent)));
    }

    private static byte[] joined(byte[] user, byte[] item) {
        byte[] both = Arrays.copyOf(user, user.length + item.length);
        System.arraycopy(item, 0, both, user.length, item.length);
        return both;
    }

    private byte[] categorical(View view, int from, int to) {
        long[][] hashes = new long[to - from][];
        for (int i = from; i < to; i++) {
            FeatureSource source = schema.categorical().get(i).from();
            if (source == null) {
                throw new IllegalStateException("a categorical feature has from");
            }
            hashes[i - from] = hashes(source, view);
        }
        return bytes(FeatureWire.packCategorical(hashes));
    }

    private byte[] dense(View view, int from, int to, RecentAggregates recent) {
        float[] dense = new float[to - from];
        double[] recentValues =
                recent.values(
                        view.user().history,
                        view.impression().getEventTimeMs(),
                        view.item(),
                        view.scenario());
        for (int i = from; i < to; i++) {
            FeatureOptions feature = schema.dense().get(i);
            AggregateOptions aggregate = feature.aggregate();
            FeatureSource source = feature.from();
            double value;
            if (isRecent[i]) {
                value = recentValues[aggregateIndexes[i]];
            } else if (aggregate != null) {
                value = aggregated(aggregate, aggregateIndexes[i], view);
            } else if (source != null) {
                value = number(source, view);
            } else {
                throw new IllegalStateException("a dense feature has from or aggregate");
            }
            dense[i - from] = (float) feature.transform().apply(value);
        }
        return bytes(FeatureWire.packDense(dense));
    }

    private double aggregated(AggregateOptions aggregate, int index, View view) {
        long timeMs = view.impression().getEventTimeMs();
        if (aggregate.users() == Users.OWN) {
            return aggregates.value(
                    index, view.user().aggregates(), timeMs, view.item(), view.scenario());
        }
        Population told = view.population();
        // An impression that waited in state since before the feature was configured knows nothing.
        return told == null || told.featureSchema() != schema.fingerprint()
                ? population.value(index, new Aggregates(), timeMs, 0, 0)
                : told.values()[index];
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
