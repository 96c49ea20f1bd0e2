package io.tamor.jobs.verify.logic;

import io.tamor.jobs.config.AggregateOptions;
import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.config.FeatureOptions;
import io.tamor.jobs.config.FeatureSource;
import io.tamor.jobs.config.SampleSchema;
import io.tamor.jobs.config.TimelineOptions;
import io.tamor.jobs.verify.logic.PlainEvent.Kind;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.commons.codec.digest.MurmurHash3;

/**
 * An impression's features as their definitions read: every question answered by looking through
 * the user's accepted events, or all users' events.
 */
@SuppressWarnings("ReferenceEquality") // an accepted event is itself: copies were rejected before
final class FeatureOracle {
    private static final long DAY = 86_400_000L;

    /** Of a field with more values the first ones count: a sample has a byte for their number. */
    private static final int MOST_VALUES = 255;

    private final Deployment deployment;
    private final SampleSchema schema;
    private final List<Accepted> accepted;
    private final AggregateOracle aggregates;

    /**
     * Of the user whose accepted events the list holds, in event order.
     *
     * @param counted of all users, what counts by item and by scenario
     */
    FeatureOracle(
            Deployment deployment,
            List<Accepted> accepted,
            Map<AggregateOptions.Same, List<PlainEvent>> counted) {
        this.deployment = deployment;
        this.schema = deployment.sampleSchema();
        this.accepted = accepted;
        this.aggregates = new AggregateOracle(deployment, accepted, counted);
    }

    /** Position after each accepted investment before the impression, in event order. */
    private List<long[]> positions(PlainEvent impression) {
        List<long[]> positions = new ArrayList<>();
        long position = 0;
        for (Accepted one : accepted) {
            PlainEvent event = one.event();
            if (one.wasSeen(impression) && event.kind() == Kind.INVESTMENT) {
                position += event.redemption() ? -event.amountMinor() : event.amountMinor();
                position = Math.max(0, position);
                positions.add(new long[] {event.timeMs(), position});
            }
        }
        return positions;
    }

    private long position(PlainEvent impression) {
        List<long[]> positions = positions(impression);
        return positions.isEmpty() ? 0 : positions.get(positions.size() - 1)[1];
    }

    String tier(PlainEvent impression) {
        String attribute = deployment.tiers().attribute();
        return attribute != null
                ? impression.attributes().getOrDefault(attribute, "")
                : band(position(impression));
    }

    private String band(long position) {
        String name = deployment.tiers().bands().get(0).name();
        for (var band : deployment.tiers().bands()) {
            if (band != deployment.tiers().bands().get(0) && band.fromMinor() <= position) {
                name = band.name();
            }
        }
        return name;
    }

    private double daysInTier(PlainEvent impression) {
        long since = -1;
        if (deployment.tiers().attribute() == null) {
            String before = band(0);
            for (long[] step : positions(impression)) {
                if (!band(step[1]).equals(before)) {
                    since = step[0];
                }
                before = band(step[1]);
            }
        } else {
            String before = null;
            for (Accepted seen : accepted) {
                PlainEvent one = seen.event();
                if (one.kind() != Kind.IMPRESSION) {
                    continue;
                }
                if (!tier(one).equals(before)) {
                    since = one.timeMs();
                }
                before = tier(one);
                if (one == impression) {
                    break;
                }
            }
        }
        return since < 0 ? 0 : (impression.timeMs() - since) / (double) DAY;
    }

    /**
     * The impression whose instant the user's half is of: the first one of the request, where it is
     * not too old nor one of too many.
     */
    private PlainEvent ranked(PlainEvent impression) {
        Duration window = deployment.timeline().freezeRequests();
        if (window == null || impression.requestId().isEmpty()) {
            return impression;
        }
        List<PlainEvent> open = new ArrayList<>();
        for (Accepted one : accepted) {
            PlainEvent next = one.event();
            if (next.kind() != Kind.IMPRESSION || next.requestId().isEmpty()) {
                continue;
            }
            open.removeIf(first -> next.timeMs() - first.timeMs() > window.toMillis());
            PlainEvent first = next;
            for (PlainEvent other : open) {
                first = other.requestId().equals(next.requestId()) ? other : first;
            }
            if (first == next) {
                open.add(next);
                if (open.size() > TimelineOptions.MOST_REQUESTS) {
                    open.remove(0);
                }
            }
            if (next == impression) {
                return first;
            }
        }
        return impression;
    }

    /** The tier that the impression was ranked with. */
    String rankedTier(PlainEvent impression) {
        return tier(ranked(impression));
    }

    ByteBuffer categorical(PlainEvent impression) {
        List<List<String>> fields = new ArrayList<>();
        int size = 0;
        for (FeatureOptions feature : schema.categorical()) {
            List<String> all = values(feature, impression);
            List<String> values = all.subList(0, Math.min(all.size(), MOST_VALUES));
            fields.add(values);
            size += 1 + Long.BYTES * values.size();
        }
        ByteBuffer bytes = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
        for (List<String> values : fields) {
            bytes.put((byte) values.size());
            for (String value : values) {
                bytes.putLong(MurmurHash3.hash128x64(value.getBytes(StandardCharsets.UTF_8))[0]);
            }
        }
        return bytes.flip().order(ByteOrder.BIG_ENDIAN);
    }

    private List<String> values(FeatureOptions feature, PlainEvent impression) {
        FeatureSource from = Objects.requireNonNull(feature.from());
        PlainEvent seen =
                feature.side() == FeatureOptions.Side.USER ? ranked(impression) : impression;
        List<String> values = new ArrayList<>();
        switch (from.kind()) {
            case ITEM -> values.add(seen.item());
            case SCENARIO -> values.add(seen.scenario());
            case TIER -> values.add(rankedTier(impression));
            case ATTRIBUTE -> {
                String text = seen.attributes().getOrDefault(from.name(), "");
                for (String value : text.split("\\|", -1)) {
                    if (!value.isEmpty()) {
                        values.add(value);
                    }
                }
            }
            case MEASURE -> {
                Double measure = seen.measures().get(from.name());
                if (measure != null) {
                    values.add(measure.toString());
                }
            }
            case HOUR_OF_DAY, DAY_OF_WEEK, POSITION, TIME_IN_TIER ->
                    values.add(Long.toString((long) number(from, seen)));
        }
        return values;
    }

    private double number(FeatureSource from, PlainEvent impression) {
        return switch (from.kind()) {
            case POSITION -> position(impression) / 100.0;
            case MEASURE -> impression.measures().getOrDefault(from.name(), 0.0);
            case TIME_IN_TIER -> daysInTier(impression);
            case HOUR_OF_DAY -> Math.floorMod(impression.timeMs() / 3_600_000L, 24);
            // The epoch began on a Thursday, the fourth day of the week.
            case DAY_OF_WEEK -> (impression.timeMs() / DAY + 3) % 7 + 1;
            case ATTRIBUTE, ITEM, SCENARIO, TIER -> throw new AssertionError();
        };
    }

    ByteBuffer dense(PlainEvent impression) {
        ByteBuffer bytes =
                ByteBuffer.allocate(Float.BYTES * schema.dense().size())
                        .order(ByteOrder.LITTLE_ENDIAN);
        for (FeatureOptions feature : schema.dense()) {
            PlainEvent seen =
                    feature.side() == FeatureOptions.Side.USER ? ranked(impression) : impression;
            FeatureSource from = feature.from();
            AggregateOptions aggregate = feature.aggregate();
            double value =
                    from != null
                            ? number(from, seen)
                            : aggregates.value(Objects.requireNonNull(aggregate), seen);
            if (feature.transform() == FeatureOptions.Transform.LOG1P) {
                value = Math.signum(value) * Math.log1p(Math.abs(value));
            }
            bytes.putFloat((float) value);
        }
        return bytes.flip().order(ByteOrder.BIG_ENDIAN);
    }
}
