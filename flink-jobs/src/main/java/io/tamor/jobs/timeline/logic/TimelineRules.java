package io.tamor.jobs.timeline.logic;

import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.config.FeatureOptions;
import io.tamor.jobs.config.FeatureSource;
import io.tamor.jobs.config.MatchingOptions;
import io.tamor.jobs.config.TaskOptions.Label;
import io.tamor.jobs.config.TierOptions;
import io.tamor.jobs.config.TimelineOptions.Emit;
import io.tamor.schemas.Impression;
import io.tamor.schemas.RejectionCause;
import io.tamor.schemas.Sample;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Applies one user's events and label deadlines in event-time order. What comes out depends on the
 * events alone: not on when, or in which portions, they are handed in, as long as each portion
 * holds all events up to its watermark. Used by one thread.
 */
public final class TimelineRules {
    private static final long DAY_MS = 86_400_000L;
    private static final Set<Label> CLICK = EnumSet.of(Label.CLICK);
    private static final Set<Label> CONVERSION = EnumSet.of(Label.CONVERSION);

    private final TierOptions tiers;
    private final List<String> tierNames;
    private final boolean tierTimed;
    private final MatchingOptions matching;
    private final boolean staged;
    private final int maxPending;
    private final long memoryMs;
    private final long retentionMs;
    private final LabelRules labels;
    private final FeatureRules features;
    private final RequestRules requests;
    private final AttributionRules attribution;
    private final TimelineTally tally;
    private final TimelineOutput out;

    // The user whose events are being applied.
    private UserState user = new UserState();
    private String userId = "";
    private @Nullable FrozenFeatures frozen;

    public TimelineRules(Deployment deployment, Tally tally, TimelineOutput out) {
        this.tiers = deployment.tiers();
        this.tierNames = tiers.names();
        this.tierTimed =
                deployment.features().stream()
                        .map(FeatureOptions::from)
                        .anyMatch(f -> f != null && f.kind() == FeatureSource.Kind.TIME_IN_TIER);
        this.matching = deployment.timeline().matching();
        this.staged = deployment.timeline().emit() == Emit.STAGED;
        this.maxPending = deployment.timeline().maxPendingPerUser();
        this.memoryMs = deployment.longestWindow().toMillis();
        // A day, so that the first impression of a day is known to be it.
        this.retentionMs = Math.max(DAY_MS, memoryMs);
        this.labels = new LabelRules(deployment);
        this.features = new FeatureRules(deployment);
        this.requests = new RequestRules(deployment.timeline().freezeRequests(), features);
        this.attribution = new AttributionRules(deployment.timeline().attribution(), labels);
        this.tally = new TimelineTally(tally, labels);
        this.out = out;
    }

    public TimelineTally tally() {
        return tally;
    }

    /** Rejects a record, counted by its cause. */
    public void reject(RawEvent event, RejectionCause cause, String detail) {
        tally.rejected(event.kind(), cause);
        out.rejected(event, cause, detail);
    }

    /** Rejects an event that came behind the watermark, as a duplicate where it is a known one. */
    public void rejectLate(Event event, @Nullable UserState state, long watermarkMs) {
        if (state != null && knows(state, event)) {
            reject(event.raw(), RejectionCause.DUPLICATE, "id " + event.id() + " was seen before");
        } else {
            reject(
                    event.raw(),
                    RejectionCause.LATE,
                    "event time " + event.timeMs() + ", the watermark was at " + watermarkMs);
        }
    }

    /**
     * Applies the user's events and deadlines up to the watermark.
     *
     * @param events all events not yet applied with a time up to the watermark, in {@link
     *     Event#ORDER}
     * @param watermarkMs no event up to it is still to come
     * @return when the state next needs attention if no event comes, Long.MAX_VALUE for never
     */
    public long advance(
            String userId,
            UserState state,
            FrozenFeatures frozen,
            List<Event> events,
            long watermarkMs)
            throws Exception {
        this.user = state;
        this.userId = userId;
        this.frozen = frozen;
        if (state.aggregates == null) {
            state.aggregates = aggregatesOf(state.history);
        }
        long appliedBefore = state.appliedMs;
        long deadline = earliestDeadlineMs();
        Event previous = null;
        int next = 0;
        while (true) {
            long time = next < events.size() ? events.get(next).timeMs() : Long.MAX_VALUE;
            if (time <= deadline && next < events.size()) {
                Event event = events.get(next++);
                if (time <= appliedBefore) {
                    rejectLate(event, state, appliedBefore);
                } else if (previous != null && event.sameAs(previous)) {
                    duplicate(event, "id " + event.id() + " came twice");
                } else {
                    apply(event);
                    state.appliedMs = Math.max(state.appliedMs, time);
                    deadline = Math.min(deadline, earliestNewDeadlineMs(event));
                }
                previous = event;
            } else if (deadline <= watermarkMs && deadline != Long.MAX_VALUE) {
                mature(deadline);
                state.appliedMs = Math.max(state.appliedMs, deadline);
                deadline = earliestDeadlineMs();
            } else {
                break;
            }
        }
        state.history.prune(
                watermarkMs == Long.MAX_VALUE ? watermarkMs : watermarkMs - retentionMs);
        features.aggregates().prune(state.aggregates(), watermarkMs);
        requests.prune(state, frozen, watermarkMs);
        return deadline != Long.MAX_VALUE ? deadline : deathMs(state);
    }

    /** When nothing of the user is left to remember; Long.MAX_VALUE where nothing is left now. */
    private long deathMs(UserState state) {
        long death = Long.MIN_VALUE;
        if (state.history.size() > 0) {
            death = state.history.timeMs(state.history.size() - 1) + retentionMs + 1;
        }
        if (!state.aggregates().isEmpty()) {
            death = Math.max(death, features.aggregates().deathMs(state.aggregates()));
        }
        if (!state.requests.isEmpty()) {
            death = Math.max(death, requests.deathMs(state));
        }
        return death == Long.MIN_VALUE ? Long.MAX_VALUE : death;
    }

    /** The aggregates of a user whose state was stored without. */
    private Aggregates aggregatesOf(UserHistory history) {
        Aggregates made = new Aggregates();
        for (int i = 0; i < history.size(); i++) {
            features.aggregates()
                    .add(
                            made,
                            history.timeMs(i),
                            UserHistory.eventsOf(history.type(i)),
                            history.item(i),
                            history.scenario(i),
                            history.amountMinor(i));
        }
        features.aggregates().settle(made, Long.MAX_VALUE);
        return made;
    }

    private long earliestDeadlineMs() {
        long earliest = Long.MAX_VALUE;
        for (PendingImpression impression : user.pending) {
            earliest = Math.min(earliest, impression.nextDeadlineMs);
        }
        return earliest;
    }

    private long earliestNewDeadlineMs(Event event) {
        return event.kind() == EventKind.IMPRESSION && !user.pending.isEmpty()
                ? user.pending.get(user.pending.size() - 1).nextDeadlineMs
                : Long.MAX_VALUE;
    }

    private void apply(Event event) throws Exception {
        if (knows(user, event)) {
            duplicate(event, "id " + event.id() + " was seen before");
            return;
        }
        switch (event.kind()) {
            case IMPRESSION -> impression(event);
            case CLICK -> click(event);
            case CONVERSION -> conversion(event);
            case INVESTMENT -> investment(event);
        }
    }

    private boolean knows(UserState state, Event event) {
        return state.history.knows(event.kind(), IdHash.of(event.id()), event.timeMs() - memoryMs);
    }

    private void impression(Event event) throws Exception {
        Impression record = event.impression();
        if (record == null) {
            throw new IllegalArgumentException("an impression comes with its record");
        }
        if (user.pending.size() >= maxPending) {
            reject(
                    event.raw(),
                    RejectionCause.OVERFLOW,
                    "the user has "
                            + maxPending
                            + " pending impressions, the most that timeline.max_pending_per_user"
                            + " allows");
            return;
        }
        long time = event.timeMs();
        long id = IdHash.of(event.id());
        long item = IdHash.of(event.itemId());
        int scenario = IdHash.ofName(event.scenario());
        String tier = tierOf(record, time);
        FeatureRules.View view =
                new FeatureRules.View(record, item, scenario, tier, user, event.raw().population());
        FrozenSample sample = features.freeze(view, requests.userHalf(view, frozen()));
        long day = time / DAY_MS;
        Long validUntil = record.getValidUntilMs();
        PendingImpression impression =
                new PendingImpression(
                        id,
                        time,
                        validUntil == null ? PendingImpression.UNBOUNDED : validUntil,
                        scenario,
                        day != user.lastImpressionDay);
        long deadline = labels.nextDeadlineMs(impression, Long.MIN_VALUE);
        // Without any task the impression is complete at once: a sample with nothing to learn.
        impression.nextDeadlineMs = deadline == Long.MAX_VALUE ? time : deadline;
        user.pending.add(impression);
        frozen().put(id, sample.toBytes());
        user.lastImpressionDay = day;
        remember(event, UserHistory.IMPRESSION, item, scenario);
    }

    private String tierOf(Impression record, long timeMs) {
        String attribute = tiers.attribute();
        if (attribute == null) {
            return tierNames.get(tiers.bandOf(user.positionMinor));
        }
        String tier = record.getAttributes().get(attribute);
        if (tier == null) {
            throw new IllegalStateException("an impression without tier is refused on arrival");
        }
        int named = IdHash.ofName(tier);
        if (tierTimed && named != user.namedTier) {
            user.namedTier = named;
            user.tierSinceMs = timeMs;
        }
        return tier;
    }

    private void click(Event event) {
        PendingImpression impression = matched(event, CLICK);
        if (impression == null) {
            return;
        }
        if (impression.clicked) {
            duplicate(event, "second click of its impression");
            return;
        }
        impression.clicked = true;
        impression.clickMs = event.timeMs();
        impression.clickNumber = ++user.clickNumber;
        remember(event, UserHistory.CLICK, IdHash.of(event.itemId()), impression.scenario);
    }

    private void conversion(Event event) {
        PendingImpression impression = matched(event, CONVERSION);
        if (impression == null) {
            return;
        }
        if (impression.converted) {
            duplicate(event, "second conversion of its impression");
            return;
        }
        impression.converted = true;
        impression.conversionCounts = impression.clicked || !matching.conversionRequiresClick();
        if (!impression.clicked) {
            tally.unclickedConversions.add(1);
        }
        remember(event, UserHistory.CONVERSION, IdHash.of(event.itemId()), impression.scenario);
    }

    /** The impression of a click or conversion, or null where it was rejected as an orphan. */
    private @Nullable PendingImpression matched(Event event, Set<Label> labelled) {
        String named =
                matching.by() == MatchingOptions.By.IMPRESSION_ID ? event.impressionId() : null;
        long id =
                named == null
                        ? user.history.latestImpressionOf(IdHash.of(event.itemId()))
                        : IdHash.of(named);
        String wanted = named == null ? "of item " + event.itemId() : named;
        for (PendingImpression impression : user.pending) {
            if (impression.id == id) {
                long until = labels.openUntilMs(impression, labelled);
                if (event.timeMs() <= until) {
                    return impression;
                }
                reject(
                        event.raw(),
                        RejectionCause.ORPHAN,
                        "impression " + wanted + ": its window ended at " + until);
                return null;
            }
        }
        reject(
                event.raw(),
                RejectionCause.ORPHAN,
                "impression " + wanted + ": none is pending at " + event.timeMs());
        return null;
    }

    private void investment(Event event) {
        long amount = event.amountMinor();
        int bandBefore = tiers.bandOf(user.positionMinor);
        user.positionMinor =
                event.redemption()
                        ? Math.max(0, user.positionMinor - amount)
                        : saturated(user.positionMinor, amount);
        if (tierTimed
                && tiers.attribute() == null
                && tiers.bandOf(user.positionMinor) != bandBefore) {
            user.tierSinceMs = event.timeMs();
        }
        int scenario = IdHash.ofName(event.scenario());
        remember(
                event,
                event.redemption() ? UserHistory.REDEMPTION : UserHistory.SUBSCRIPTION,
                IdHash.of(event.itemId()),
                scenario);
        if (event.redemption()) {
            return;
        }
        String named = event.impressionId();
        List<PendingImpression> claimants =
                attribution.claimants(
                        user.pending,
                        event.timeMs(),
                        scenario,
                        named == null ? 0 : IdHash.of(named));
        if (claimants.isEmpty()) {
            tally.unattributedInvestments.add(1);
            return;
        }
        tally.attributedInvestments.add(1);
        for (PendingImpression impression : claimants) {
            impression.invested = true;
            impression.amountMinor = saturated(impression.amountMinor, amount);
            impression.largestMinor = Math.max(impression.largestMinor, amount);
            tally.attributedAmountMinor.add(amount);
        }
    }

    private static long saturated(long a, long b) {
        long sum = a + b;
        return sum < 0 ? Long.MAX_VALUE : sum;
    }

    private void remember(Event event, int type, long item, int scenario) {
        tally.accepted(event.kind()).add(1);
        user.history.add(
                event.timeMs(), type, IdHash.of(event.id()), item, scenario, event.amountMinor());
        features.aggregates()
                .add(
                        user.aggregates(),
                        event.timeMs(),
                        UserHistory.eventsOf(type),
                        item,
                        scenario,
                        event.amountMinor());
    }

    private void duplicate(Event event, String detail) {
        reject(event.raw(), RejectionCause.DUPLICATE, detail);
    }

    /** Closes the stage of every impression whose deadline this is. */
    private void mature(long deadlineMs) throws Exception {
        int kept = 0;
        for (int i = 0; i < user.pending.size(); i++) {
            PendingImpression impression = user.pending.get(i);
            if (impression.nextDeadlineMs != deadlineMs || !closed(impression, deadlineMs)) {
                user.pending.set(kept++, impression);
            }
        }
        user.pending.subList(kept, user.pending.size()).clear();
    }

    /** Closes one stage; true where it was the impression's last. */
    private boolean closed(PendingImpression impression, long deadlineMs) throws Exception {
        long next = labels.nextDeadlineMs(impression, deadlineMs);
        boolean last = next == Long.MAX_VALUE;
        float[] values = impression.frozenLabels;
        if (values == null) {
            values = new float[labels.taskCount()];
        }
        boolean[] masks = new boolean[values.length];
        for (int t = 0; t < values.length; t++) {
            if (!labels.applies(t, impression)) {
                continue;
            }
            long end = labels.deadlineMs(t, impression);
            masks[t] = staged ? end == deadlineMs : end <= deadlineMs;
            if (end == deadlineMs) {
                values[t] = labels.label(t, impression, user.history);
            }
        }
        if (staged || last) {
            emit(impression, deadlineMs, last, values, masks);
        }
        if (last) {
            frozen().remove(impression.id);
            tally.completed.add(1);
        } else {
            impression.nextDeadlineMs = next;
            if (staged) {
                impression.stage++;
            } else {
                impression.frozenLabels = values;
            }
        }
        return last;
    }

    private void emit(
            PendingImpression impression,
            long maturedAtMs,
            boolean last,
            float[] values,
            boolean[] masks)
            throws Exception {
        FrozenSample features = FrozenSample.fromBytes(frozen().get(impression.id));
        List<Float> labelList = new ArrayList<>(values.length);
        List<Boolean> maskList = new ArrayList<>(values.length);
        List<Float> weights = new ArrayList<>(values.length);
        for (int t = 0; t < values.length; t++) {
            labelList.add(masks[t] ? values[t] : 0f);
            maskList.add(masks[t]);
            weights.add(1f);
            if (masks[t]) {
                tally.label(t, values[t]);
            }
        }
        tally.samples.add(1);
        out.sample(
                Sample.newBuilder()
                        .setImpressionId(features.impressionId())
                        .setStage(impression.stage)
                        .setLastStage(last)
                        .setUserId(userId)
                        .setItemId(features.itemId())
                        .setScenario(features.scenario())
                        .setTier(features.tier())
                        .setImpressionTimeMs(impression.timeMs)
                        .setMaturedAtMs(maturedAtMs)
                        .setFeatureSchema(features.featureSchema())
                        .setCategorical(ByteBuffer.wrap(features.categorical()))
                        .setDense(ByteBuffer.wrap(features.dense()))
                        .setLabels(labelList)
                        .setMasks(maskList)
                        .setWeights(weights)
                        .setAmountMinor(impression.amountMinor)
                        .build());
    }

    private FrozenFeatures frozen() {
        FrozenFeatures features = frozen;
        if (features == null) {
            throw new IllegalStateException("no user's events are being applied");
        }
        return features;
    }
}
