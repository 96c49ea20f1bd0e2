package io.tamor.jobs.verify.logic;

import io.tamor.jobs.config.AttributionOptions;
import io.tamor.jobs.config.Deployment;
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
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;
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
    private final long longest;

    private final List<Sample> samples = new ArrayList<>();
    private final List<String> rejected = new ArrayList<>();

    private final List<Accepted> accepted = new ArrayList<>();

    /** An event that counted, and the impression it counted for. */
    record Accepted(PlainEvent event, @Nullable PlainEvent target) {}

    private BatchOracle(Deployment deployment, List<PlainEvent> events) {
        this.deployment = deployment;
        this.options = deployment.timeline();
        this.schema = deployment.sampleSchema();
        this.features = new FeatureOracle(deployment, accepted, events);
        this.longest =
                deployment.tasks().stream()
                        .map(TaskOptions::window)
                        .mapToLong(Duration::toMillis)
                        .max()
                        .orElseThrow();
    }

    /** Samples and rejections of the events, of which none is late. */
    public static BatchOracle of(Deployment deployment, List<PlainEvent> events) {
        BatchOracle oracle = new BatchOracle(deployment, events);
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

    /** One entry a record: "stream cause id". */
    public List<String> rejected() {
        return rejected;
    }

    private void user(List<PlainEvent> events) {
        accepted.clear();
        List<PlainEvent> ordered = new ArrayList<>(events);
        ordered.sort(
                Comparator.comparingLong(PlainEvent::timeMs)
                        .thenComparing(PlainEvent::kind)
                        .thenComparing(PlainEvent::id));
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
        rejected.add(event.kind().stream() + " " + cause + " " + event.id());
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
                            .setTier(features.rankedTier(impression))
                            .setImpressionTimeMs(impression.timeMs())
                            .setMaturedAtMs(deadline)
                            .setFeatureSchema(schema.fingerprint())
                            .setCategorical(features.categorical(impression))
                            .setDense(features.dense(impression))
                            .setLabels(labels)
                            .setMasks(masks)
                            .setWeights(weights)
                            .setAmountMinor(sum(attributed(impression, deadline)))
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
