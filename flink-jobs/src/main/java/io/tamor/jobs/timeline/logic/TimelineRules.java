package io.tamor.jobs.timeline.logic;

import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.config.LabelSetOptions;
import io.tamor.jobs.config.TierOptions;
import io.tamor.jobs.timeline.logic.CorrectionRules.Effect;
import io.tamor.schemas.Impression;
import io.tamor.schemas.RejectionCause;
import java.util.List;

/**
 * Applies one user's events and label deadlines in event-time order. What comes out depends on the
 * events alone: not on when, or in which portions, they are handed in, as long as each portion
 * holds all events up to its watermark. Used by one thread.
 */
public final class TimelineRules {
    private static final long DAY_MS = 86_400_000L;

    private final TierOptions tiers;
    private final List<String> tierNames;
    private final long retentionMs;

    /** Whether features ask for the items of past outcomes; those of impressions match them. */
    private final boolean countsByItem;

    private final LabelTimeline timeline;
    private final FeatureRules features;
    private final RequestRules requests;
    private final Admission admission;
    private final SampleEmission emission;
    private final CorrectionRules corrections;
    private final TimelineTally tally;
    private final OutcomeDelays delays;

    public TimelineRules(Deployment deployment, Tally tally, TimelineOutput out) {
        List<String> sets =
                deployment.timeline().labelSets().stream().map(LabelSetOptions::name).toList();
        this.tiers = deployment.tiers();
        this.tierNames = tiers.names();
        this.retentionMs = retentionMs(deployment);
        this.timeline = new LabelTimeline(deployment);
        this.features = new FeatureRules(deployment);
        this.countsByItem = features.countsByItem();
        this.requests = new RequestRules(deployment.timeline().freezeRequests(), features);
        this.delays = new OutcomeDelays(tierNames);
        this.tally = new TimelineTally(tally, timeline.labels(), sets);
        this.admission = new Admission(deployment, timeline.labels(), this.tally, out);
        this.emission = new SampleEmission(sets, this.tally, out);
        this.corrections = new CorrectionRules(deployment, timeline, sets, this.tally, out);
    }

    /**
     * How long a window can be that features compute from the remembered events. Whatever the grace
     * is: they are remembered for longer with one, but nothing else must be kept for a feature when
     * it changes.
     */
    static long recentMs(Deployment deployment) {
        return Math.max(DAY_MS, deployment.longestWindow().toMillis());
    }

    /**
     * How long a user's events are remembered: for matching and duplicates, and a day, so that the
     * first impression of a day is known to be it.
     */
    static long retentionMs(Deployment deployment) {
        return Math.max(
                DAY_MS,
                deployment.longestWindow().toMillis() + 2 * deployment.timeline().graceMs());
    }

    /** How long outcomes take. */
    public OutcomeDelays delays() {
        return delays;
    }

    private void delay(UserState user, Event outcome, PendingImpression impression) {
        delays.add(outcome.kind(), tierNumber(user), outcome.timeMs() - impression.timeMs);
    }

    /** Number of the user's tier as of now; of tiers by attribute, of the latest impression's. */
    private int tierNumber(UserState user) {
        if (tiers.attribute() == null) {
            return tiers.bandOf(user.labels.positionMinor);
        }
        for (int tier = 0; tier < tierNames.size(); tier++) {
            if (IdHash.ofName(tierNames.get(tier)) == user.namedTier) {
                return tier;
            }
        }
        return 0;
    }

    public TimelineTally tally() {
        return tally;
    }

    /** Rejects a record, counted by its cause. */
    public void reject(RawEvent event, RejectionCause cause, String detail) {
        admission.reject(event, cause, detail);
    }

    /**
     * Takes an event that came behind the watermark: it is a duplicate where it is a known one,
     * late where it is an impression or behind the grace, and else put in its place among labels
     * and position. Aggregates take events in their order only, so a late one is not among them.
     *
     * @param doneMs all stages due up to it are closed
     */
    public void late(
            String userId,
            UserState user,
            FrozenFeatures frozen,
            Deadlines deadlines,
            Event event,
            long doneMs)
            throws Exception {
        makeAggregates(user);
        catchUp(user, doneMs);
        LateOutcome late = new LateOutcome(event, doneMs);
        boolean known = admission.isKnown(user, event, doneMs);
        if (!known && !corrections.reaches(user, event, doneMs)) {
            admission.late(event, doneMs);
        } else {
            Effect effect = known ? Effect.NONE : correct(userId, user, frozen, late);
            switch (effect) {
                case CORRECTED -> {}
                case NONE -> corrections.unchanged(userId, late);
                case TOO_LATE -> admission.late(event, doneMs);
            }
        }
        corrections.settle(user, frozen, doneMs);
        tellChanged(user, deadlines);
    }

    /**
     * Rejects an impression that was late before it came here, as a duplicate where it is one.
     *
     * @param doneMs how far the user's event time has come
     */
    public void refuseLate(UserState user, Event impression, long doneMs) {
        if (!admission.isKnown(user, impression, doneMs)) {
            admission.late(impression, doneMs);
        }
    }

    private Effect correct(String userId, UserState user, FrozenFeatures frozen, LateOutcome late)
            throws Exception {
        Event event = late.event();
        LabelState then = corrections.stateBefore(user, event);
        LabelEvent outcome = admission.outcome(then, user.history, event);
        if (outcome == null) {
            return Effect.NONE;
        }
        Effect effect = corrections.correct(userId, user, frozen, late, outcome);
        if (effect != Effect.TOO_LATE) {
            user.history.add(outcome, true, countsByItem);
            tally.accepted(event.kind()).add(1);
            tally.lateAccepted.add(1);
        }
        return effect;
    }

    /**
     * Applies the user's events of an instant. Stages due before it are closed, those due at it are
     * not.
     *
     * @param events in {@link Event#ORDER}, all of one time
     */
    public void apply(
            String userId,
            UserState user,
            FrozenFeatures frozen,
            Deadlines deadlines,
            List<Event> events)
            throws Exception {
        long nowMs = events.get(0).timeMs();
        makeAggregates(user);
        if (nowMs <= user.appliedMs) { // stored by a build that did not note how far it was
            for (Event event : events) {
                late(userId, user, frozen, deadlines, event, user.appliedMs);
            }
            return;
        }
        catchUp(user, nowMs - 1);
        corrections.settle(user, frozen, nowMs);
        Event previous = null;
        boolean outcomes = false;
        for (Event event : events) {
            outcomes |= event.kind() != EventKind.IMPRESSION;
            if (previous != null && event.sameAs(previous)) {
                admission.duplicate(event, "id " + event.id() + " came twice");
            } else {
                apply(user, frozen, deadlines, event);
            }
            previous = event;
        }
        if (outcomes) {
            tellChanged(user, deadlines);
        }
        prune(user, frozen, nowMs);
    }

    private static void tellChanged(UserState user, Deadlines deadlines) throws Exception {
        for (PendingImpression impression : user.labels.pending) {
            if (impression.changed) {
                impression.changed = false;
                deadlines.changed(impression);
            }
        }
    }

    /**
     * Closes the stage that an impression waits for, and emits its samples.
     *
     * @param frozen the impression's features
     * @return true where the impression waits for another one
     */
    public boolean close(String userId, PendingImpression impression, byte[] frozen)
            throws Exception {
        return !timeline.closed(
                impression, stage -> emission.emit(userId, stage, FrozenSample.fromBytes(frozen)));
    }

    /**
     * Forgets what no event after the time can ask for.
     *
     * @return true where it must be noted; what was only shortened can be shortened again
     */
    public boolean look(UserState user, FrozenFeatures frozen, long nowMs) throws Exception {
        makeAggregates(user);
        catchUp(user, nowMs);
        boolean settles = user.settled != null;
        corrections.settle(user, frozen, nowMs);
        boolean requested = !user.requests.isEmpty();
        prune(user, frozen, nowMs);
        return settles || requested || !user.forgets();
    }

    /**
     * Closes the stages of the user's own impressions, which have left from the copies that waited
     * for them.
     */
    private void catchUp(UserState user, long doneMs) throws Exception {
        long newest = timeline.closeThrough(user.labels, doneMs, null);
        user.appliedMs = Math.max(user.appliedMs, newest);
    }

    private void prune(UserState user, FrozenFeatures frozen, long nowMs) throws Exception {
        user.history.prune(nowMs - retentionMs);
        features.aggregates().prune(user.aggregates(), nowMs);
        requests.prune(user, frozen, nowMs);
    }

    /**
     * When something of the user can next be forgotten for good if no event comes: features kept
     * for corrections, then all that is left; Long.MAX_VALUE where nothing is. An event only puts
     * it off. All that is left is looked for up to half the time that events are remembered later
     * than it could be, or the users of a replay's first hours would all be looked at in the same
     * hours.
     */
    public long lookMs(String userId, UserState user) {
        if (user.settled != null) {
            return corrections.settleDueMs(user);
        }
        long death = Long.MIN_VALUE;
        if (user.history.size() > 0) { // which outlives its impressions' labels
            death = user.history.timeMs(user.history.size() - 1) + retentionMs + 1;
        }
        if (!user.aggregates().isEmpty()) {
            death = Math.max(death, features.aggregates().deathMs(user.aggregates()));
        }
        if (!user.requests.isEmpty()) {
            death = Math.max(death, requests.deathMs(user));
        }
        return death == Long.MIN_VALUE
                ? Long.MAX_VALUE
                : death + Math.floorMod(IdHash.of(userId), retentionMs / 2);
    }

    /**
     * Hands over the impressions of a state of a former build, whose stages waited in their user's
     * own state.
     */
    public void handOver(UserState user, FrozenFeatures frozen, Deadlines deadlines)
            throws Exception {
        completeAggregates(user);
        for (PendingImpression impression : user.labels.pending) {
            deadlines.opened(impression, frozen.get(impression.id));
            if (!corrections.enabled()) {
                frozen.remove(impression.id);
            }
        }
    }

    /** Makes the aggregates of a user whose state was stored without. */
    private void makeAggregates(UserState user) {
        if (user.aggregates == null) {
            completeAggregates(user);
        }
    }

    /** False where a user needs none beside the remembered events. */
    public boolean keepsAggregates() {
        return features.aggregates().keepsAny();
    }

    /**
     * Makes the aggregates that the build before did not keep, from the events it remembered: it
     * computed from them what this one keeps counts for.
     *
     * @return true where the user has changed
     */
    public boolean completeAggregates(UserState user) {
        Aggregates made = counted(user.history);
        Aggregates kept = user.aggregates;
        if (kept == null) {
            user.aggregates = made;
            return true;
        }
        return kept.addMissing(made);
    }

    private Aggregates counted(UserHistory history) {
        Aggregates made = new Aggregates();
        for (int i = 0; i < history.size(); i++) {
            if (history.late(i)) {
                continue;
            }
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

    private void apply(UserState user, FrozenFeatures frozen, Deadlines deadlines, Event event)
            throws Exception {
        if (admission.isKnown(user, event, event.timeMs())) {
            return;
        }
        LabelEvent admitted = admission.admit(user, event);
        if (admitted == null) {
            return;
        }
        byte[] sample = null;
        Impression impression = event.impression();
        if (impression != null) {
            String tier = tierOf(user, impression, event.timeMs());
            FeatureRules.View view =
                    new FeatureRules.View(
                            impression,
                            admitted.item(),
                            admitted.scenario(),
                            tier,
                            user,
                            event.raw().population());
            sample = features.freeze(view, requests.userHalf(view, frozen)).toBytes();
            if (corrections.enabled()) { // which name the sample when it has left
                frozen.put(admitted.impression(), sample);
            }
        }
        corrections.applied(user, admitted);
        timeline.apply(
                user.labels,
                admitted,
                (set, claimants, subscription) -> {
                    tally.attributed(set, claimants.size(), subscription.amountMinor());
                    if (set == 0) {
                        claimants.forEach(claimant -> delay(user, event, claimant));
                    }
                });
        if (sample != null) {
            deadlines.opened(user.labels.newest(), sample);
        }
        if (event.kind() == EventKind.CLICK || event.kind() == EventKind.CONVERSION) {
            user.labels.pending.stream()
                    .filter(pending -> pending.id == admitted.impression())
                    .forEach(pending -> delay(user, event, pending));
        }
        user.history.add(admitted, false, impression != null || countsByItem);
        features.aggregates()
                .add(
                        user.aggregates(),
                        event.timeMs(),
                        UserHistory.eventsOf(admitted.historyType()),
                        admitted.item(),
                        admitted.scenario(),
                        admitted.amountMinor());
        tally.accepted(event.kind()).add(1);
        user.appliedMs = event.timeMs();
    }

    private String tierOf(UserState user, Impression record, long timeMs) {
        String attribute = tiers.attribute();
        if (attribute == null) {
            return tierNames.get(tiers.bandOf(user.labels.positionMinor));
        }
        String tier = record.getAttributes().get(attribute);
        if (tier == null) {
            throw new IllegalStateException("an impression without tier is refused on arrival");
        }
        int named = IdHash.ofName(tier);
        if (named != user.namedTier) {
            user.namedTier = named;
            if (timeline.tierTimed()) {
                user.labels.tierSinceMs = timeMs;
            }
        }
        return tier;
    }
}
