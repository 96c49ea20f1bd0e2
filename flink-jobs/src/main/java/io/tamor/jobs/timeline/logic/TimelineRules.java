package io.tamor.jobs.timeline.logic;

import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.config.LabelSetOptions;
import io.tamor.jobs.config.TierOptions;
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
        // A day, so that the first impression of a day is known to be it.
        this.retentionMs =
                Math.max(
                        DAY_MS,
                        deployment.longestWindow().toMillis()
                                + 2 * deployment.timeline().graceMs());
        this.timeline = new LabelTimeline(deployment);
        this.features = new FeatureRules(deployment);
        this.requests = new RequestRules(deployment.timeline().freezeRequests(), features);
        this.delays = new OutcomeDelays(tierNames);
        this.tally = new TimelineTally(tally, timeline.labels(), sets);
        this.admission = new Admission(deployment, timeline.labels(), this.tally, out);
        this.emission = new SampleEmission(sets, this.tally, out);
        this.corrections = new CorrectionRules(deployment, timeline, sets, this.tally, out);
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
     * @return when the state next needs attention if no event comes, Long.MAX_VALUE for never
     */
    public long late(
            String userId, UserState user, FrozenFeatures frozen, Event event, long watermarkMs)
            throws Exception {
        long appliedMs = Math.max(watermarkMs, user.appliedMs);
        late(userId, user, frozen, new LateOutcome(event, appliedMs), watermarkMs);
        return dueMs(user);
    }

    private void late(
            String userId,
            UserState user,
            FrozenFeatures frozen,
            LateOutcome late,
            long watermarkMs)
            throws Exception {
        makeAggregates(user);
        Event event = late.event();
        boolean known = admission.isKnown(user, event);
        if (!known && !corrections.reaches(user, event, watermarkMs)) {
            admission.late(event, watermarkMs);
        } else if (known || !correct(userId, user, frozen, late)) {
            corrections.unchanged(userId, late);
        }
        corrections.settle(user, frozen, watermarkMs);
    }

    /** Rejects an impression that was late before it came here, as a duplicate where it is one. */
    public void refuseLate(UserState user, Event impression, long watermarkMs) {
        if (!admission.isKnown(user, impression)) {
            admission.late(impression, watermarkMs);
        }
    }

    /** True where an emitted label changed. */
    private boolean correct(String userId, UserState user, FrozenFeatures frozen, LateOutcome late)
            throws Exception {
        Event event = late.event();
        LabelState then = corrections.stateBefore(user, event);
        LabelEvent outcome = admission.outcome(then, user.history, event);
        if (outcome == null) {
            return false;
        }
        boolean changed = corrections.correct(userId, user, frozen, late, outcome);
        user.history.add(outcome);
        tally.accepted(event.kind()).add(1);
        tally.lateAccepted.add(1);
        return changed;
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
            UserState user,
            FrozenFeatures frozen,
            List<Event> events,
            long watermarkMs)
            throws Exception {
        makeAggregates(user);
        long appliedBefore = user.appliedMs;
        Event previous = null;
        for (Event event : events) {
            if (event.timeMs() <= appliedBefore) {
                late(userId, user, frozen, new LateOutcome(event, appliedBefore), watermarkMs);
            } else if (previous != null && event.sameAs(previous)) {
                admission.duplicate(event, "id " + event.id() + " came twice");
            } else {
                close(userId, user, frozen, event.timeMs() - 1);
                corrections.settle(user, frozen, event.timeMs());
                apply(user, frozen, event);
            }
            previous = event;
        }
        close(userId, user, frozen, watermarkMs);
        corrections.settle(user, frozen, watermarkMs);
        user.history.prune(watermarkMs == Long.MAX_VALUE ? watermarkMs : watermarkMs - retentionMs);
        features.aggregates().prune(user.aggregates(), watermarkMs);
        requests.prune(user, frozen, watermarkMs);
        return dueMs(user);
    }

    private long dueMs(UserState user) {
        long due = Math.min(user.labels.earliestDeadlineMs(), corrections.settleDueMs(user));
        return due == Long.MAX_VALUE ? deathMs(user) : due;
    }

    /** When nothing of the user is left to remember; Long.MAX_VALUE where nothing is left now. */
    private long deathMs(UserState user) {
        long death = Long.MIN_VALUE;
        if (user.history.size() > 0) {
            death = user.history.timeMs(user.history.size() - 1) + retentionMs + 1;
        }
        if (!user.aggregates().isEmpty()) {
            death = Math.max(death, features.aggregates().deathMs(user.aggregates()));
        }
        if (!user.requests.isEmpty()) {
            death = Math.max(death, requests.deathMs(user));
        }
        return death == Long.MIN_VALUE ? Long.MAX_VALUE : death;
    }

    /** Makes the aggregates of a user whose state was stored without. */
    private void makeAggregates(UserState user) {
        if (user.aggregates != null) {
            return;
        }
        UserHistory history = user.history;
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
        user.aggregates = made;
    }

    private void close(String userId, UserState user, FrozenFeatures frozen, long throughMs)
            throws Exception {
        long newest =
                timeline.closeThrough(
                        user.labels,
                        throughMs,
                        stage -> {
                            long impression = stage.impression().id;
                            emission.emit(
                                    userId, stage, FrozenSample.fromBytes(frozen.get(impression)));
                            // A correction still needs to name the sample.
                            if (stage.last() && !corrections.enabled()) {
                                frozen.remove(impression);
                            }
                        });
        user.appliedMs = Math.max(user.appliedMs, newest);
    }

    private void apply(UserState user, FrozenFeatures frozen, Event event) throws Exception {
        if (admission.isKnown(user, event)) {
            return;
        }
        LabelEvent admitted = admission.admit(user, event);
        if (admitted == null) {
            return;
        }
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
            FrozenSample sample = features.freeze(view, requests.userHalf(view, frozen));
            frozen.put(admitted.impression(), sample.toBytes());
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
        if (event.kind() == EventKind.CLICK || event.kind() == EventKind.CONVERSION) {
            user.labels.pending.stream()
                    .filter(pending -> pending.id == admitted.impression())
                    .forEach(pending -> delay(user, event, pending));
        }
        user.history.add(admitted);
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
