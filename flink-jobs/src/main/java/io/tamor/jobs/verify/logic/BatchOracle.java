package io.tamor.jobs.verify.logic;

import io.tamor.jobs.config.AggregateOptions;
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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The timeline as its specification reads: all events at once, sorted, every question answered by
 * looking through lists. Slow on purpose, and without a line of the code under test.
 */
@SuppressWarnings("ReferenceEquality") // an accepted event is itself: copies were rejected before
public final class BatchOracle {
    private final Deployment deployment;
    private final TimelineOptions options;
    private final SampleSchema schema;
    private final FeatureOracle features;
    private final long memory;
    private final long retention;

    private final List<Sample> samples = new ArrayList<>();
    private final List<Sample> corrected = new ArrayList<>();
    private final List<LabelChange> changes = new ArrayList<>();
    private final List<Rejection> rejected = new ArrayList<>();

    private final List<Accepted> accepted = new ArrayList<>();

    /** Those that arrived late, in the order of arrival. */
    private final List<Accepted> acceptedLate = new ArrayList<>();

    private WindowOracle windows;

    /** An event that arrived behind the watermark, and where that was then. */
    public record Late(PlainEvent event, long watermarkMs) {}

    /** An event that does not count, and why. */
    public record Rejection(PlainEvent event, RejectionCause cause) {}

    /**
     * A label of an emitted sample that a late outcome changed.
     *
     * @param sample as emitted
     */
    public record LabelChange(
            Sample sample, String task, float before, float after, PlainEvent outcome) {}

    private BatchOracle(
            Deployment deployment, Map<AggregateOptions.Same, List<PlainEvent>> counted) {
        this.deployment = deployment;
        this.options = deployment.timeline();
        this.schema = deployment.sampleSchema();
        this.features = new FeatureOracle(deployment, accepted, counted);
        this.windows = new WindowOracle(deployment, accepted);
        long longest =
                deployment.tasks().stream()
                        .map(TaskOptions::window)
                        .mapToLong(Duration::toMillis)
                        .max()
                        .orElseThrow();
        this.memory = longest + options.graceMs();
        this.retention = Math.max(Duration.ofDays(1).toMillis(), longest + 2 * options.graceMs());
    }

    /** Samples and rejections of the events, of which none is late. */
    public static BatchOracle of(Deployment deployment, List<PlainEvent> events) {
        return of(deployment, events, List.of());
    }

    /**
     * Samples and rejections of the events, late ones among them, and what late ones changed.
     *
     * @param late in the order of arrival
     */
    public static BatchOracle of(Deployment deployment, List<PlainEvent> events, List<Late> late) {
        Map<AggregateOptions.Same, List<PlainEvent>> counted =
                Map.of(AggregateOptions.Same.ITEM, events, AggregateOptions.Same.SCENARIO, events);
        return of(deployment, events, late, counted);
    }

    /**
     * The same where features over all users count other events than those in time at their user.
     *
     * @param counted all users' events that came in time where they are counted by item, and where
     *     they are counted by scenario
     */
    public static BatchOracle of(
            Deployment deployment,
            List<PlainEvent> events,
            List<Late> late,
            Map<AggregateOptions.Same, List<PlainEvent>> counted) {
        BatchOracle oracle = new BatchOracle(deployment, counted);
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

    /** The samples as they were emitted, user by user. */
    public List<Sample> samples() {
        return samples;
    }

    /** The same with the labels of all events, as if the late ones had come in time. */
    public List<Sample> corrected() {
        return corrected;
    }

    /** What late outcomes changed of emitted labels; of one label in the order of arrival. */
    public List<LabelChange> changes() {
        return changes;
    }

    /** One entry a record. */
    public List<Rejection> rejected() {
        return rejected;
    }

    private void user(List<PlainEvent> events, List<Late> late) {
        accepted.clear();
        acceptedLate.clear();
        windows = new WindowOracle(deployment, accepted);
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
            if (twice || known(event, event.timeMs())) {
                reject(event, RejectionCause.DUPLICATE);
            } else {
                accept(event, Long.MIN_VALUE);
            }
        }
        late.subList(arrived, late.size()).forEach(this::late);
        List<LabelOracle> labels = labels();
        for (Accepted one : accepted) {
            if (one.event().kind() == Kind.IMPRESSION) {
                Sample.Builder shown = shown(one.event());
                options.labelSets().forEach(set -> emit(one.event(), shown, set, labels));
            }
        }
    }

    /** The labels without the late outcomes, with the first one, with the first two ... */
    private List<LabelOracle> labels() {
        List<LabelOracle> labels = new ArrayList<>();
        for (int count = 0; count <= acceptedLate.size(); count++) {
            List<Accepted> arrived = acceptedLate.subList(0, count);
            labels.add(
                    new LabelOracle(
                            deployment,
                            windows,
                            accepted.stream()
                                    .filter(one -> !one.late() || arrived.contains(one))
                                    .toList()));
        }
        return labels;
    }

    private void late(Late late) {
        PlainEvent event = late.event();
        if (known(event, late.watermarkMs())) {
            reject(event, RejectionCause.DUPLICATE);
        } else if (options.corrections() == null
                || event.kind() == Kind.IMPRESSION
                || event.timeMs() < late.watermarkMs() - options.graceMs()) {
            reject(event, RejectionCause.LATE);
        } else {
            accept(event, late.watermarkMs());
        }
    }

    private boolean known(PlainEvent event, long nowMs) {
        long since = Math.max(event.timeMs() - memory, nowMs - retention);
        return accepted.stream()
                .map(Accepted::event)
                .anyMatch(
                        a ->
                                a.kind() == event.kind()
                                        && a.id().equals(event.id())
                                        && a.timeMs() >= since);
    }

    private void accept(PlainEvent event, long unseenMs) {
        switch (event.kind()) {
            case IMPRESSION -> {
                long pending =
                        Accepted.impressionsBefore(event, accepted).stream()
                                .filter(p -> windows.lastDeadline(p) >= event.timeMs())
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
                if (target == null || event.timeMs() > windows.openUntil(target, label)) {
                    reject(event, RejectionCause.ORPHAN);
                } else if (Accepted.isBefore(
                        Accepted.first(target, event.kind(), accepted), event)) {
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
        while (place > 0 && Accepted.isBefore(one.event(), accepted.get(place - 1).event())) {
            place--;
        }
        accepted.add(place, one);
        if (one.late()) {
            acceptedLate.add(one);
        }
    }

    private void reject(PlainEvent event, RejectionCause cause) {
        rejected.add(new Rejection(event, cause));
    }

    private @Nullable PlainEvent target(PlainEvent outcome) {
        boolean byId =
                options.matching().by() == MatchingOptions.By.IMPRESSION_ID
                        && outcome.impressionId() != null;
        PlainEvent latest = null;
        for (PlainEvent impression : Accepted.impressionsBefore(outcome, accepted)) {
            if (byId
                    ? impression.id().equals(outcome.impressionId())
                    : impression.item().equals(outcome.item())) {
                latest = impression;
            }
        }
        return latest;
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

    private void emit(
            PlainEvent impression,
            Sample.Builder shown,
            LabelSetOptions set,
            List<LabelOracle> labels) {
        NavigableSet<Long> deadlines = windows.deadlines(impression);
        boolean once = options.emit() == TimelineOptions.Emit.ONCE;
        int stage = 0;
        for (long deadline : once ? List.of(deadlines.last()) : List.copyOf(deadlines)) {
            Sample.Builder staged =
                    Sample.newBuilder(shown)
                            .setLabelSet(set.name())
                            .setStage(stage++)
                            .setLastStage(deadline == deadlines.last())
                            .setMaturedAtMs(deadline);
            // Late outcomes up to here had come when the sample was emitted.
            int come = (int) acceptedLate.stream().filter(l -> l.unseenMs() < deadline).count();
            Sample emitted = labelled(staged, impression, set, labels.get(come));
            samples.add(emitted);
            Sample before = emitted;
            for (int late = come; late < acceptedLate.size(); late++) {
                Sample after = labelled(staged, impression, set, labels.get(late + 1));
                change(emitted, before, after, acceptedLate.get(late).event());
                before = after;
            }
            corrected.add(Sample.newBuilder(emitted).setLabels(before.getLabels()).build());
        }
    }

    private Sample labelled(
            Sample.Builder staged, PlainEvent impression, LabelSetOptions set, LabelOracle oracle) {
        boolean once = options.emit() == TimelineOptions.Emit.ONCE;
        long deadline = staged.getMaturedAtMs();
        List<Float> labels = new ArrayList<>();
        List<Boolean> masks = new ArrayList<>();
        List<Float> weights = new ArrayList<>();
        for (TaskOptions task : deployment.tasks()) {
            boolean mature =
                    windows.applies(task, impression)
                            && (once || windows.deadline(task, impression) == deadline);
            masks.add(mature);
            labels.add(mature ? oracle.label(task, impression, set) : 0f);
            weights.add(1f);
        }
        return Sample.newBuilder(staged)
                .setLabels(labels)
                .setMasks(masks)
                .setWeights(weights)
                .setAmountMinor(oracle.attributedMinor(impression, deadline, set))
                .build();
    }

    private void change(Sample emitted, Sample before, Sample after, PlainEvent outcome) {
        for (int t = 0; t < deployment.tasks().size(); t++) {
            float old = before.getLabels().get(t);
            float now = after.getLabels().get(t);
            if (old != now) {
                String task = deployment.tasks().get(t).name();
                changes.add(new LabelChange(emitted, task, old, now, outcome));
            }
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
