package io.tamor.jobs.verify.logic;

import io.tamor.jobs.config.AggregateOptions;
import io.tamor.jobs.config.AttributionOptions;
import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.config.FeatureOptions;
import io.tamor.jobs.config.FeatureSource;
import io.tamor.jobs.config.LabelSetOptions;
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
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
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
    private final long memory;

    private final List<Sample> samples = new ArrayList<>();
    private final List<String> rejected = new ArrayList<>();

    private final List<Accepted> accepted = new ArrayList<>();

    private final Map<LabelSetOptions, List<Taken>> taken = new HashMap<>();

    /**
     * An event that counted, and the impression it counted for.
     *
     * @param unseenMs impressions up to this time were shown before the event was known
     */
    private record Accepted(PlainEvent event, @Nullable PlainEvent target, long unseenMs) {}

    /** What a redemption took from an attributed subscription. */
    private record Taken(PlainEvent subscription, long timeMs, long amountMinor) {}

    /** What is left of a subscription that is attributed to an impression. */
    private record Attributed(PlainEvent subscription, long leftMinor) {}

    /** An event that arrived behind the watermark, and where that was then. */
    public record Late(PlainEvent event, long watermarkMs) {}

    private static final Comparator<PlainEvent> ORDER =
            Comparator.comparingLong(PlainEvent::timeMs)
                    .thenComparing(PlainEvent::kind)
                    .thenComparing(PlainEvent::id);

    private BatchOracle(Deployment deployment) {
        this.deployment = deployment;
        this.options = deployment.timeline();
        this.schema = deployment.sampleSchema();
        this.memory =
                options.graceMs()
                        + deployment.tasks().stream()
                                .map(TaskOptions::window)
                                .mapToLong(Duration::toMillis)
                                .max()
                                .orElseThrow();
    }

    /** Samples and rejections of the events, of which none is late. */
    public static BatchOracle of(Deployment deployment, List<PlainEvent> events) {
        return of(deployment, events, List.of());
    }

    /**
     * Samples and rejections of the events, late ones among them: the samples as they are with all
     * corrections, their features as they were emitted.
     *
     * @param late in the order of arrival
     */
    public static BatchOracle of(Deployment deployment, List<PlainEvent> events, List<Late> late) {
        BatchOracle oracle = new BatchOracle(deployment);
        Map<String, List<PlainEvent>> byUser = new TreeMap<>();
        Map<String, List<Late>> lateByUser = new HashMap<>();
        for (PlainEvent event : events) {
            byUser.computeIfAbsent(event.user(), u -> new ArrayList<>()).add(event);
        }
        for (Late one : late) {
            byUser.computeIfAbsent(one.event().user(), u -> new ArrayList<>());
            lateByUser.computeIfAbsent(one.event().user(), u -> new ArrayList<>()).add(one);
        }
        byUser.forEach((user, own) -> oracle.user(own, lateByUser.getOrDefault(user, List.of())));
        return oracle;
    }

    /** The samples, user by user. */
    public List<Sample> samples() {
        return samples;
    }

    /** One entry a record: "stream cause id". */
    public List<String> rejected() {
        return rejected;
    }

    private void user(List<PlainEvent> events, List<Late> late) {
        accepted.clear();
        taken.clear();
        List<PlainEvent> ordered = new ArrayList<>(events);
        ordered.sort(ORDER);
        PlainEvent previous = null;
        int arrived = 0;
        for (PlainEvent event : ordered) {
            while (arrived < late.size() && late.get(arrived).watermarkMs() < event.timeMs()) {
                late(late.get(arrived++));
            }
            boolean twice =
                    previous != null
                            && previous.kind() == event.kind()
                            && previous.id().equals(event.id())
                            && previous.timeMs() == event.timeMs();
            previous = event;
            if (twice || known(event)) {
                reject(event, RejectionCause.DUPLICATE);
            } else {
                accept(event, Long.MIN_VALUE);
            }
        }
        late.subList(arrived, late.size()).forEach(this::late);
        for (LabelSetOptions set : options.labelSets()) {
            taken.put(set, taken(set));
        }
        for (Accepted one : accepted) {
            if (one.event().kind() == Kind.IMPRESSION) {
                options.labelSets().forEach(set -> emit(one.event(), set));
            }
        }
    }

    private void late(Late late) {
        PlainEvent event = late.event();
        if (known(event)) {
            reject(event, RejectionCause.DUPLICATE);
        } else if (options.corrections() == null
                || event.kind() == Kind.IMPRESSION
                || event.timeMs() < late.watermarkMs() - options.graceMs()) {
            reject(event, RejectionCause.LATE);
        } else {
            accept(event, late.watermarkMs());
        }
    }

    private boolean known(PlainEvent event) {
        return accepted.stream()
                .map(Accepted::event)
                .anyMatch(
                        a ->
                                a.kind() == event.kind()
                                        && a.id().equals(event.id())
                                        && a.timeMs() >= event.timeMs() - memory);
    }

    private void accept(PlainEvent event, long unseenMs) {
        switch (event.kind()) {
            case IMPRESSION -> {
                long pending =
                        impressionsBefore(event).stream()
                                .filter(p -> lastDeadline(p) >= event.timeMs())
                                .count();
                if (pending >= options.maxPendingPerUser()) {
                    reject(event, RejectionCause.OVERFLOW);
                } else {
                    add(new Accepted(event, null, unseenMs));
                }
            }
            case CLICK, CONVERSION -> {
                PlainEvent target = target(event);
                Label label = event.kind() == Kind.CLICK ? Label.CLICK : Label.CONVERSION;
                if (target == null || event.timeMs() > openUntil(target, label)) {
                    reject(event, RejectionCause.ORPHAN);
                } else if (isBefore(first(target, event.kind()), event)) {
                    reject(event, RejectionCause.DUPLICATE);
                } else {
                    add(new Accepted(event, target, unseenMs));
                }
            }
            case INVESTMENT -> add(new Accepted(event, null, unseenMs));
        }
    }

    /** Puts an event in its place. */
    private void add(Accepted one) {
        int place = accepted.size();
        while (place > 0 && isBefore(one.event(), accepted.get(place - 1).event())) {
            place--;
        }
        accepted.add(place, one);
    }

    private static boolean isBefore(@Nullable PlainEvent one, PlainEvent other) {
        return one != null && ORDER.compare(one, other) < 0;
    }

    private void reject(PlainEvent event, RejectionCause cause) {
        rejected.add(event.kind().stream() + " " + cause + " " + event.id());
    }

    /** All accepted impressions before the event in event order. */
    private List<PlainEvent> impressionsBefore(PlainEvent event) {
        List<PlainEvent> impressions = new ArrayList<>();
        for (Accepted one : accepted) {
            if (!isBefore(one.event(), event)) {
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
    private @Nullable PlainEvent first(@Nullable PlainEvent impression, Kind kind) {
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

    private List<PlainEvent> claimants(PlainEvent investment, LabelSetOptions set) {
        AttributionOptions rule = set.attribution();
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
            if (!isBefore(one.event(), investment)) {
                break;
            }
            if (one.event().kind() == Kind.CLICK
                    && one.event() == first(one.target(), Kind.CLICK)
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

    private Stream<PlainEvent> investments(boolean redemptions) {
        return accepted.stream()
                .map(Accepted::event)
                .filter(e -> e.kind() == Kind.INVESTMENT && e.redemption() == redemptions);
    }

    /** What each redemption takes, latest subscription first. */
    private List<Taken> taken(LabelSetOptions set) {
        List<Taken> all = new ArrayList<>();
        if (set.redemptions() == LabelSetOptions.Redemptions.IGNORE) {
            return all;
        }
        for (PlainEvent redemption : investments(true).toList()) {
            long rest = redemption.amountMinor();
            List<PlainEvent> latestFirst =
                    new ArrayList<>(
                            investments(false).filter(s -> isBefore(s, redemption)).toList());
            Collections.reverse(latestFirst);
            for (PlainEvent subscription : latestFirst) {
                List<PlainEvent> open =
                        claimants(subscription, set).stream()
                                .filter(p -> investableUntil(p) >= redemption.timeMs())
                                .toList();
                if (!open.isEmpty() && concerns(redemption, subscription, open)) {
                    long amount = Math.min(rest, left(subscription, Long.MAX_VALUE, all));
                    all.add(new Taken(subscription, redemption.timeMs(), amount));
                    rest -= amount;
                }
            }
        }
        return all;
    }

    private static boolean concerns(
            PlainEvent redemption, PlainEvent subscription, List<PlainEvent> open) {
        if (redemption.impressionId() != null) {
            return open.stream().anyMatch(p -> p.id().equals(redemption.impressionId()));
        }
        if (!redemption.item().isEmpty()) {
            return redemption.item().equals(subscription.item());
        }
        return redemption.scenario().isEmpty()
                || redemption.scenario().equals(subscription.scenario());
    }

    private static long left(PlainEvent subscription, long until, List<Taken> taken) {
        return subscription.amountMinor()
                - taken.stream()
                        .filter(t -> t.subscription() == subscription && t.timeMs() <= until)
                        .mapToLong(Taken::amountMinor)
                        .sum();
    }

    /** Subscriptions attributed to the impression up to the time, and what is left of them then. */
    private List<Attributed> attributed(PlainEvent impression, long until, LabelSetOptions set) {
        long retractableUntil = Math.min(until, investableUntil(impression));
        return investments(false)
                .filter(s -> s.timeMs() <= until && claimants(s, set).contains(impression))
                .map(
                        s ->
                                new Attributed(
                                        s,
                                        left(
                                                s,
                                                retractableUntil,
                                                taken.getOrDefault(set, List.of()))))
                .filter(a -> a.leftMinor() > 0)
                .toList();
    }

    /** All the user's subscriptions in (the impression, until], less what was redeemed of them. */
    private long total(PlainEvent impression, long until, LabelSetOptions set) {
        boolean retract = set.redemptions() == LabelSetOptions.Redemptions.RETRACT;
        long total = 0;
        for (Accepted one : accepted) {
            PlainEvent event = one.event();
            if (event.kind() != Kind.INVESTMENT
                    || event.timeMs() <= impression.timeMs()
                    || event.timeMs() > until) {
                continue;
            }
            if (!event.redemption()) {
                total += event.amountMinor();
            } else if (retract) {
                total = Math.max(0, total - event.amountMinor());
            }
        }
        return total;
    }

    private float label(TaskOptions task, PlainEvent impression, LabelSetOptions set) {
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
            case INVESTMENT -> attributed(impression, end, set).isEmpty() ? 0 : 1;
            case LARGE_INVESTMENT ->
                    attributed(impression, end, set).stream()
                                    .anyMatch(a -> a.leftMinor() > task.thresholdMinor())
                            ? 1
                            : 0;
            case AMOUNT -> (float) (sum(attributed(impression, end, set)) / 100.0);
            case USER_TOTAL -> total(impression, end, set) > task.thresholdMinor() ? 1 : 0;
        };
    }

    private static long sum(List<Attributed> attributed) {
        return attributed.stream().mapToLong(Attributed::leftMinor).sum();
    }

    private void emit(PlainEvent impression, LabelSetOptions set) {
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
                labels.add(mature ? label(task, impression, set) : 0f);
                weights.add(1f);
            }
            samples.add(
                    Sample.newBuilder()
                            .setImpressionId(impression.id())
                            .setLabelSet(set.name())
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
                            .setAmountMinor(sum(attributed(impression, deadline, set)))
                            .build());
        }
    }

    /** Whether the event was known when the impression was shown. */
    private static boolean wasSeen(Accepted one, PlainEvent impression) {
        return one.unseenMs() < impression.timeMs() && isBefore(one.event(), impression);
    }

    /** Position after each accepted investment before the impression, in event order. */
    private List<long[]> positions(PlainEvent impression) {
        List<long[]> positions = new ArrayList<>();
        long position = 0;
        for (Accepted one : accepted) {
            PlainEvent event = one.event();
            if (wasSeen(one, impression) && event.kind() == Kind.INVESTMENT) {
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
                                    && wasSeen(a, impression)
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
