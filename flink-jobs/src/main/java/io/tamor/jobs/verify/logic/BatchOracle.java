package io.tamor.jobs.verify.logic;

import io.tamor.jobs.config.AggregateOptions;
import io.tamor.jobs.config.AttributionOptions;
import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.config.FeatureOptions;
import io.tamor.jobs.config.FeatureSource;
import io.tamor.jobs.config.MatchingOptions;
import io.tamor.jobs.config.SampleSchema;
import io.tamor.jobs.config.TaskOptions;
import io.tamor.jobs.config.TaskOptions.Label;
import io.tamor.jobs.config.TimelineOptions;
import io.tamor.jobs.verify.logic.PlainEvent.Kind;
import io.tamor.schemas.RejectionCause;
import io.tamor.schemas.Sample;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.commons.codec.digest.MurmurHash3;
import org.jspecify.annotations.Nullable;

/**
 * The timeline as its specification reads: all events at once, sorted, every question answered by
 * looking through lists. Slow on purpose, and without a line of the code under test.
 */
@SuppressWarnings("ReferenceEquality") // an accepted event is itself: copies were rejected before
public final class BatchOracle {
    private static final long DAY = 86_400_000L;

    private final Deployment deployment;
    private final TimelineOptions options;
    private final SampleSchema schema;
    private final long longest;

    private final List<Sample> samples = new ArrayList<>();
    private final List<Rejection> rejected = new ArrayList<>();

    private final List<Accepted> accepted = new ArrayList<>();

    /** An event that counted, and the impression it counted for. */
    private record Accepted(PlainEvent event, @Nullable PlainEvent target) {}

    /** An event that does not count, and why. */
    public record Rejection(PlainEvent event, RejectionCause cause) {}

    private BatchOracle(Deployment deployment) {
        this.deployment = deployment;
        this.options = deployment.timeline();
        this.schema = deployment.sampleSchema();
        this.longest =
                deployment.tasks().stream()
                        .map(TaskOptions::window)
                        .mapToLong(Duration::toMillis)
                        .max()
                        .orElseThrow();
    }

    /** Samples and rejections of the events, of which none is late. */
    public static BatchOracle of(Deployment deployment, List<PlainEvent> events) {
        BatchOracle oracle = new BatchOracle(deployment);
        Map<String, List<PlainEvent>> byUser = new TreeMap<>();
        for (PlainEvent event : events) {
            byUser.computeIfAbsent(event.user(), u -> new ArrayList<>()).add(event);
        }
        byUser.values().forEach(oracle::user);
        return oracle;
    }

    /** The samples, user by user. */
    public List<Sample> samples() {
        return samples;
    }

    /** One entry a record. */
    public List<Rejection> rejected() {
        return rejected;
    }

    private void user(List<PlainEvent> events) {
        accepted.clear();
        List<PlainEvent> ordered = new ArrayList<>(events);
        ordered.sort(PlainEvent.ORDER);
        PlainEvent previous = null;
        for (PlainEvent event : ordered) {
            boolean twice =
                    previous != null
                            && previous.kind() == event.kind()
                            && previous.id().equals(event.id())
                            && previous.timeMs() == event.timeMs();
            previous = event;
            if (twice || known(event)) {
                reject(event, RejectionCause.DUPLICATE);
            } else {
                accept(event);
            }
        }
        for (Accepted one : accepted) {
            if (one.event().kind() == Kind.IMPRESSION) {
                emit(one.event());
            }
        }
    }

    private boolean known(PlainEvent event) {
        return accepted.stream()
                .map(Accepted::event)
                .anyMatch(
                        a ->
                                a.kind() == event.kind()
                                        && a.id().equals(event.id())
                                        && a.timeMs() >= event.timeMs() - longest);
    }

    private void accept(PlainEvent event) {
        switch (event.kind()) {
            case IMPRESSION -> {
                long pending =
                        impressionsBefore(event).stream()
                                .filter(p -> lastDeadline(p) >= event.timeMs())
                                .count();
                if (pending >= options.maxPendingPerUser()) {
                    reject(event, RejectionCause.OVERFLOW);
                } else {
                    accepted.add(new Accepted(event, null));
                }
            }
            case CLICK, CONVERSION -> {
                PlainEvent target = target(event);
                Label label = event.kind() == Kind.CLICK ? Label.CLICK : Label.CONVERSION;
                if (target == null || event.timeMs() > openUntil(target, label)) {
                    reject(event, RejectionCause.ORPHAN);
                } else if (first(target, event.kind()) != null) {
                    reject(event, RejectionCause.DUPLICATE);
                } else {
                    accepted.add(new Accepted(event, target));
                }
            }
            case INVESTMENT -> accepted.add(new Accepted(event, null));
        }
    }

    private void reject(PlainEvent event, RejectionCause cause) {
        rejected.add(new Rejection(event, cause));
    }

    /** All accepted impressions so far: they are before the event in event order. */
    private List<PlainEvent> impressionsBefore(PlainEvent event) {
        List<PlainEvent> impressions = new ArrayList<>();
        for (Accepted one : accepted) {
            if (one.event() == event) {
                break;
            }
            if (one.event().kind() == Kind.IMPRESSION) {
                impressions.add(one.event());
            }
        }
        return impressions;
    }

    private @Nullable PlainEvent target(PlainEvent outcome) {
        boolean byId =
                options.matching().by() == MatchingOptions.By.IMPRESSION_ID
                        && outcome.impressionId() != null;
        PlainEvent latest = null;
        for (PlainEvent impression : impressionsBefore(outcome)) {
            if (byId
                    ? impression.id().equals(outcome.impressionId())
                    : impression.item().equals(outcome.item())) {
                latest = impression;
            }
        }
        return latest;
    }

    /** The outcome of the kind that counted for the impression. */
    private @Nullable PlainEvent first(PlainEvent impression, Kind kind) {
        return accepted.stream()
                .filter(a -> a.target() == impression && a.event().kind() == kind)
                .map(Accepted::event)
                .findFirst()
                .orElse(null);
    }

    private boolean firstOfDay(PlainEvent impression) {
        return impressionsBefore(impression).stream()
                .noneMatch(p -> p.timeMs() / DAY == impression.timeMs() / DAY);
    }

    private boolean applies(TaskOptions task, PlainEvent impression) {
        return (task.scenarios().isEmpty() || task.scenarios().contains(impression.scenario()))
                && (task.label() != Label.USER_TOTAL || firstOfDay(impression));
    }

    private long deadline(TaskOptions task, PlainEvent impression) {
        long end = impression.timeMs() + task.window().toMillis();
        return task.label() == Label.USER_TOTAL ? end : Math.min(end, validUntil(impression));
    }

    private static long validUntil(PlainEvent impression) {
        Long validUntil = impression.validUntilMs();
        return validUntil == null ? Long.MAX_VALUE : validUntil;
    }

    private NavigableSet<Long> deadlines(PlainEvent impression) {
        NavigableSet<Long> deadlines = new TreeSet<>();
        for (TaskOptions task : deployment.tasks()) {
            if (applies(task, impression)) {
                deadlines.add(deadline(task, impression));
            }
        }
        if (deadlines.isEmpty()) {
            deadlines.add(impression.timeMs());
        }
        return deadlines;
    }

    private long lastDeadline(PlainEvent impression) {
        return deadlines(impression).last();
    }

    private long openUntil(PlainEvent impression, Label label) {
        return deployment.tasks().stream()
                .filter(t -> t.label() == label && applies(t, impression))
                .mapToLong(t -> deadline(t, impression))
                .max()
                .orElseGet(() -> Math.min(validUntil(impression), lastDeadline(impression)));
    }

    private long investableUntil(PlainEvent impression) {
        return deployment.tasks().stream()
                .filter(
                        t ->
                                t.label() == Label.INVESTMENT
                                        || t.label() == Label.LARGE_INVESTMENT
                                        || t.label() == Label.AMOUNT)
                .filter(t -> applies(t, impression))
                .mapToLong(t -> deadline(t, impression))
                .max()
                .orElse(-1);
    }

    private List<PlainEvent> claimants(PlainEvent investment) {
        AttributionOptions rule = options.attribution();
        List<PlainEvent> open =
                impressionsBefore(investment).stream()
                        .filter(p -> investableUntil(p) >= investment.timeMs())
                        .toList();
        if (investment.impressionId() != null) {
            return open.stream().filter(p -> p.id().equals(investment.impressionId())).toList();
        }
        List<PlainEvent> inScope =
                open.stream()
                        .filter(
                                p ->
                                        rule.scope() == AttributionOptions.Scope.ANY
                                                || p.scenario().equals(investment.scenario()))
                        .toList();
        long window = rule.window().toMillis();
        if (rule.rule() == AttributionOptions.Rule.LAST_IMPRESSION) {
            return last(
                    inScope.stream()
                            .filter(p -> investment.timeMs() <= p.timeMs() + window)
                            .toList());
        }
        // Clicks in event order, each with its impression.
        List<PlainEvent> clicked = new ArrayList<>();
        for (Accepted one : accepted) {
            if (one.event() == investment) {
                break;
            }
            if (one.event().kind() == Kind.CLICK
                    && inScope.contains(one.target())
                    && investment.timeMs() <= one.event().timeMs() + window) {
                clicked.add(one.target());
            }
        }
        return switch (rule.rule()) {
            case LAST_CLICK -> last(clicked);
            case FIRST_CLICK -> clicked.isEmpty() ? List.of() : clicked.subList(0, 1);
            case EVERY_CLICK -> clicked;
            case LAST_IMPRESSION -> throw new AssertionError();
        };
    }

    private static List<PlainEvent> last(List<PlainEvent> events) {
        return events.isEmpty() ? List.of() : events.subList(events.size() - 1, events.size());
    }

    /** Subscriptions attributed to the impression up to the time. */
    private List<PlainEvent> attributed(PlainEvent impression, long until) {
        return accepted.stream()
                .map(Accepted::event)
                .filter(
                        e ->
                                e.kind() == Kind.INVESTMENT
                                        && !e.redemption()
                                        && e.timeMs() <= until
                                        && claimants(e).contains(impression))
                .toList();
    }

    private float label(TaskOptions task, PlainEvent impression) {
        long end = deadline(task, impression);
        PlainEvent click = first(impression, Kind.CLICK);
        PlainEvent conversion = first(impression, Kind.CONVERSION);
        return switch (task.label()) {
            case CLICK -> click != null && click.timeMs() <= end ? 1 : 0;
            case CONVERSION ->
                    conversion != null
                                    && conversion.timeMs() <= end
                                    && (!options.matching().conversionRequiresClick()
                                            || (click != null
                                                    && click.timeMs() <= conversion.timeMs()))
                            ? 1
                            : 0;
            case INVESTMENT -> attributed(impression, end).isEmpty() ? 0 : 1;
            case LARGE_INVESTMENT ->
                    attributed(impression, end).stream()
                                    .anyMatch(e -> e.amountMinor() > task.thresholdMinor())
                            ? 1
                            : 0;
            case AMOUNT -> (float) (sum(attributed(impression, end)) / 100.0);
            case USER_TOTAL ->
                    accepted.stream()
                                            .map(Accepted::event)
                                            .filter(
                                                    e ->
                                                            e.kind() == Kind.INVESTMENT
                                                                    && !e.redemption()
                                                                    && e.timeMs()
                                                                            > impression.timeMs()
                                                                    && e.timeMs() <= end)
                                            .mapToLong(PlainEvent::amountMinor)
                                            .sum()
                                    > task.thresholdMinor()
                            ? 1
                            : 0;
        };
    }

    private static long sum(List<PlainEvent> events) {
        return events.stream().mapToLong(PlainEvent::amountMinor).sum();
    }

    private void emit(PlainEvent impression) {
        NavigableSet<Long> deadlines = deadlines(impression);
        boolean once = options.emit() == TimelineOptions.Emit.ONCE;
        int stage = 0;
        for (long deadline : once ? List.of(deadlines.last()) : List.copyOf(deadlines)) {
            List<Float> labels = new ArrayList<>();
            List<Boolean> masks = new ArrayList<>();
            List<Float> weights = new ArrayList<>();
            for (TaskOptions task : deployment.tasks()) {
                boolean mature =
                        applies(task, impression)
                                && (once || deadline(task, impression) == deadline);
                masks.add(mature);
                labels.add(mature ? label(task, impression) : 0f);
                weights.add(1f);
            }
            samples.add(
                    Sample.newBuilder()
                            .setImpressionId(impression.id())
                            .setStage(stage++)
                            .setLastStage(deadline == deadlines.last())
                            .setUserId(impression.user())
                            .setItemId(impression.item())
                            .setScenario(impression.scenario())
                            .setTier(tier(impression))
                            .setImpressionTimeMs(impression.timeMs())
                            .setMaturedAtMs(deadline)
                            .setFeatureSchema(schema.fingerprint())
                            .setCategorical(categorical(impression))
                            .setDense(dense(impression))
                            .setLabels(labels)
                            .setMasks(masks)
                            .setWeights(weights)
                            .setAmountMinor(sum(attributed(impression, deadline)))
                            .build());
        }
    }

    /** Position after each accepted investment before the impression, in event order. */
    private List<long[]> positions(PlainEvent impression) {
        List<long[]> positions = new ArrayList<>();
        long position = 0;
        for (Accepted one : accepted) {
            PlainEvent event = one.event();
            if (event == impression) {
                break;
            }
            if (event.kind() == Kind.INVESTMENT) {
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

    private String tier(PlainEvent impression) {
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
            List<PlainEvent> seen = new ArrayList<>(impressionsBefore(impression));
            seen.add(impression);
            for (PlainEvent one : seen) {
                if (!tier(one).equals(before)) {
                    since = one.timeMs();
                }
                before = tier(one);
            }
        }
        return since < 0 ? 0 : (impression.timeMs() - since) / (double) DAY;
    }

    private ByteBuffer categorical(PlainEvent impression) {
        ByteBuffer bytes = ByteBuffer.allocate(4096).order(ByteOrder.LITTLE_ENDIAN);
        for (FeatureOptions feature : schema.categorical()) {
            FeatureSource from = Objects.requireNonNull(feature.from());
            List<String> values = new ArrayList<>();
            switch (from.kind()) {
                case ITEM -> values.add(impression.item());
                case SCENARIO -> values.add(impression.scenario());
                case TIER -> values.add(tier(impression));
                case ATTRIBUTE -> {
                    String text = impression.attributes().getOrDefault(from.name(), "");
                    for (String value : text.split("\\|", -1)) {
                        if (!value.isEmpty()) {
                            values.add(value);
                        }
                    }
                }
                case MEASURE -> {
                    Double measure = impression.measures().get(from.name());
                    if (measure != null) {
                        values.add(measure.toString());
                    }
                }
                case HOUR_OF_DAY, DAY_OF_WEEK, POSITION, TIME_IN_TIER ->
                        values.add(Long.toString((long) number(from, impression)));
            }
            bytes.put((byte) values.size());
            for (String value : values) {
                bytes.putLong(MurmurHash3.hash128x64(value.getBytes(StandardCharsets.UTF_8))[0]);
            }
        }
        return bytes.flip().order(ByteOrder.BIG_ENDIAN);
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

    private ByteBuffer dense(PlainEvent impression) {
        ByteBuffer bytes = ByteBuffer.allocate(1024).order(ByteOrder.LITTLE_ENDIAN);
        for (FeatureOptions feature : schema.dense()) {
            FeatureSource from = feature.from();
            AggregateOptions aggregate = feature.aggregate();
            double value =
                    from != null
                            ? number(from, impression)
                            : aggregate(Objects.requireNonNull(aggregate), impression);
            if (feature.transform() == FeatureOptions.Transform.LOG1P) {
                value = Math.signum(value) * Math.log1p(Math.abs(value));
            }
            bytes.putFloat((float) value);
        }
        return bytes.flip().order(ByteOrder.BIG_ENDIAN);
    }

    private List<Accepted> inWindow(
            AggregateOptions aggregate, AggregateOptions.Events of, PlainEvent impression) {
        return accepted.stream()
                .filter(
                        a -> {
                            PlainEvent e = a.event();
                            boolean kind =
                                    switch (of) {
                                        case IMPRESSIONS -> e.kind() == Kind.IMPRESSION;
                                        case CLICKS -> e.kind() == Kind.CLICK;
                                        case CONVERSIONS -> e.kind() == Kind.CONVERSION;
                                        case INVESTMENTS ->
                                                e.kind() == Kind.INVESTMENT && !e.redemption();
                                        case REDEMPTIONS -> e.redemption();
                                    };
                            PlainEvent target = a.target();
                            String scenario = target == null ? e.scenario() : target.scenario();
                            boolean same =
                                    switch (aggregate.same()) {
                                        case ANY -> true;
                                        case SCENARIO -> impression.scenario().equals(scenario);
                                        case ITEM -> impression.item().equals(e.item());
                                    };
                            return kind
                                    && same
                                    && e.timeMs() < impression.timeMs()
                                    && e.timeMs()
                                            > impression.timeMs() - aggregate.over().toMillis();
                        })
                .toList();
    }

    private double aggregate(AggregateOptions aggregate, PlainEvent impression) {
        List<Accepted> events = inWindow(aggregate, aggregate.of(), impression);
        double[] amounts =
                events.stream()
                        .mapToDouble(
                                a ->
                                        a.event().kind() == Kind.INVESTMENT
                                                ? a.event().amountMinor() / 100.0
                                                : 1)
                        .toArray();
        double sum = 0;
        for (int i = amounts.length - 1; i >= 0; i--) {
            sum += amounts[i];
        }
        return switch (aggregate.function()) {
            case COUNT -> amounts.length;
            case SUM -> sum;
            case MEAN -> amounts.length == 0 ? 0 : sum / amounts.length;
            case RATE -> {
                AggregateOptions.Events base = Objects.requireNonNull(aggregate.per());
                int per = inWindow(aggregate, base, impression).size();
                yield per == 0 ? 0 : amounts.length / (double) per;
            }
            case LAST -> amounts.length == 0 ? 0 : amounts[amounts.length - 1];
            case TIME_SINCE ->
                    (events.isEmpty()
                                    ? aggregate.over().toMillis()
                                    : impression.timeMs()
                                            - events.get(events.size() - 1).event().timeMs())
                            / 3_600_000.0;
        };
    }

    /** Counts of the labels, for tests of known totals. */
    public Map<String, Long> positives() {
        Map<String, Long> positives = new HashMap<>();
        for (Sample sample : samples) {
            for (int t = 0; t < deployment.tasks().size(); t++) {
                if (sample.getLabels().get(t) > 0) {
                    positives.merge(deployment.tasks().get(t).name(), 1L, Long::sum);
                }
            }
        }
        return positives;
    }
}
