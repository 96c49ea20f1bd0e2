package io.tamor.jobs.verify.logic;

import io.tamor.jobs.config.AttributionOptions;
import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.config.LabelSetOptions;
import io.tamor.jobs.config.MatchingOptions;
import io.tamor.jobs.config.SampleSchema;
import io.tamor.jobs.config.TaskOptions;
import io.tamor.jobs.config.TaskOptions.Label;
import io.tamor.jobs.config.TimelineOptions;
import io.tamor.jobs.verify.logic.PlainEvent.Kind;
import io.tamor.schemas.RejectionCause;
import io.tamor.schemas.Sample;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
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
    private final FeatureOracle features;
    private final long memory;

    private final List<Sample> samples = new ArrayList<>();
    private final List<Rejection> rejected = new ArrayList<>();

    private final List<Accepted> accepted = new ArrayList<>();

    /** Of each subscription the impressions that claim it, once all events are accepted. */
    private final Map<LabelSetOptions, Map<PlainEvent, List<PlainEvent>>> claims = new HashMap<>();

    private final Map<LabelSetOptions, List<Taken>> taken = new HashMap<>();

    /**
     * An event that counted, and the impression it counted for.
     *
     * @param unseenMs impressions up to this time were shown before the event was known
     */
    record Accepted(PlainEvent event, @Nullable PlainEvent target, long unseenMs) {
        /** True of one that arrived behind the watermark. */
        boolean late() {
            return unseenMs != Long.MIN_VALUE;
        }

        /** Whether the event was known, and past, when the impression was shown. */
        boolean wasSeen(PlainEvent impression) {
            return unseenMs < impression.timeMs() && isBefore(event, impression);
        }
    }

    /** What a redemption took from an attributed subscription. */
    private record Taken(PlainEvent subscription, long timeMs, long amountMinor) {}

    /** What is left of a subscription that is attributed to an impression. */
    private record Attributed(PlainEvent subscription, long leftMinor) {}

    /** An event that arrived behind the watermark, and where that was then. */
    public record Late(PlainEvent event, long watermarkMs) {}

    /** An event that does not count, and why. */
    public record Rejection(PlainEvent event, RejectionCause cause) {}

    private BatchOracle(Deployment deployment, List<PlainEvent> events) {
        this.deployment = deployment;
        this.options = deployment.timeline();
        this.schema = deployment.sampleSchema();
        this.features = new FeatureOracle(deployment, accepted, events);
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
        BatchOracle oracle = new BatchOracle(deployment, events);
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

    /** One entry a record. */
    public List<Rejection> rejected() {
        return rejected;
    }

    private void user(List<PlainEvent> events, List<Late> late) {
        accepted.clear();
        claims.clear();
        taken.clear();
        List<PlainEvent> ordered = new ArrayList<>(events);
        ordered.sort(PlainEvent.ORDER);
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
            Map<PlainEvent, List<PlainEvent>> bySubscription = new HashMap<>();
            investments(false).forEach(s -> bySubscription.put(s, claimants(s, set)));
            claims.put(set, bySubscription);
            taken.put(set, taken(set));
        }
        for (Accepted one : accepted) {
            if (one.event().kind() == Kind.IMPRESSION) {
                Sample.Builder shown = shown(one.event());
                options.labelSets().forEach(set -> emit(one.event(), shown, set));
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
        return one != null && PlainEvent.ORDER.compare(one, other) < 0;
    }

    private void reject(PlainEvent event, RejectionCause cause) {
        rejected.add(new Rejection(event, cause));
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

    private List<PlainEvent> claims(PlainEvent subscription, LabelSetOptions set) {
        return claims.getOrDefault(set, Map.of()).getOrDefault(subscription, List.of());
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
                        claims(subscription, set).stream()
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
                .filter(s -> s.timeMs() <= until && claims(s, set).contains(impression))
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

    /** What all samples of the impression have in common. */
    private Sample.Builder shown(PlainEvent impression) {
        return Sample.newBuilder()
                .setImpressionId(impression.id())
                .setUserId(impression.user())
                .setItemId(impression.item())
                .setScenario(impression.scenario())
                .setTier(features.rankedTier(impression))
                .setImpressionTimeMs(impression.timeMs())
                .setFeatureSchema(schema.fingerprint())
                .setCategorical(features.categorical(impression))
                .setDense(features.dense(impression));
    }

    private void emit(PlainEvent impression, Sample.Builder shown, LabelSetOptions set) {
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
                    Sample.newBuilder(shown)
                            .setLabelSet(set.name())
                            .setStage(stage++)
                            .setLastStage(deadline == deadlines.last())
                            .setMaturedAtMs(deadline)
                            .setLabels(labels)
                            .setMasks(masks)
                            .setWeights(weights)
                            .setAmountMinor(sum(attributed(impression, deadline, set)))
                            .build());
        }
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
