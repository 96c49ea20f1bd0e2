package io.tamor.jobs.timeline.logic;

import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.config.TaskOptions;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Takes outcomes that come behind the watermark but within the grace: the user's labels are derived
 * anew from the last instant that none of them can reach, once without and once with the outcome in
 * its place in event order. Where an emitted label differs, a correction leaves; labels still open
 * are simply right from then on. Slow and rare; what it needs is kept in {@link Settled}.
 */
final class CorrectionRules {
    private final long graceMs;
    private final LabelTimeline timeline;
    private final List<String> sets;
    private final List<String> tasks;
    private final boolean tierIsAttribute;
    private final TimelineTally tally;
    private final TimelineOutput out;

    CorrectionRules(
            Deployment deployment,
            LabelTimeline timeline,
            List<String> sets,
            TimelineTally tally,
            TimelineOutput out) {
        this.graceMs = deployment.timeline().graceMs();
        this.timeline = timeline;
        this.sets = sets;
        this.tasks = deployment.tasks().stream().map(TaskOptions::name).toList();
        this.tierIsAttribute = deployment.tiers().attribute() != null;
        this.tally = tally;
        this.out = out;
    }

    /** True where late outcomes are taken at all. */
    boolean enabled() {
        return graceMs > 0;
    }

    /** True where an outcome behind the watermark is still taken. */
    boolean reaches(@Nullable UserState user, Event event, long watermarkMs) {
        if (!enabled()
                || event.kind() == EventKind.IMPRESSION
                || event.timeMs() < watermarkMs - graceMs) {
            return false;
        }
        if (user == null) {
            return true;
        }
        Settled settled = user.settled;
        return event.timeMs() > (settled == null ? user.appliedMs : settled.throughMs);
    }

    /** Comes before a user's events are applied. */
    Settled settledOf(UserState user) {
        Settled settled = user.settled;
        if (settled == null) {
            settled = new Settled(user.labels.copy(), user.appliedMs);
            user.settled = settled;
        }
        return settled;
    }

    /** The labels at the place of an event in event order. */
    LabelState stateBefore(UserState user, Event event) throws Exception {
        Settled settled = settledOf(user);
        LabelState then = settled.labels.copy();
        LabelEvent place =
                new LabelEvent(
                        event.kind(), event.timeMs(), event.id(), 0, 0, 0, false, 0, 0, false);
        List<LabelEvent> earlier = settled.since.subList(0, settled.before(place));
        timeline.replay(then, earlier, event.timeMs() - 1, stage -> {});
        return then;
    }

    /** What a late outcome came to. */
    enum Effect {
        /** An emitted label changed. */
        CORRECTED,
        /** No emitted label changed. */
        NONE,
        /** An emitted label would change that cannot be named: nothing was done. */
        TOO_LATE
    }

    /** An emitted label that a late outcome changes. */
    private record Change(ClosedStage stage, int set, int task, float before, float after) {
        long impression() {
            return stage.impression().id;
        }
    }

    /**
     * Puts a late outcome in its place and emits what it changes. An impression that was frozen
     * while no late outcomes were taken has left without its name, so no correction can tell it.
     *
     * @param accepted the outcome as the labels see it
     */
    Effect correct(
            String userId,
            UserState user,
            FrozenFeatures frozen,
            LateOutcome late,
            LabelEvent accepted)
            throws Exception {
        Settled settled = settledOf(user);
        List<ClosedStage> emitted = new ArrayList<>();
        timeline.replay(settled.labels.copy(), settled.since, user.appliedMs, emitted::add);
        int place = settled.before(accepted);
        settled.since.add(place, accepted);
        List<ClosedStage> right = new ArrayList<>();
        LabelState labels = settled.labels.copy();
        timeline.replay(labels, settled.since, user.appliedMs, right::add);
        List<Change> changes = changes(emitted, right);
        for (Change change : changes) {
            if (frozen.find(change.impression()) == null) {
                settled.since.remove(place);
                return Effect.TOO_LATE;
            }
        }
        if (tierIsAttribute) {
            labels.tierSinceMs = user.labels.tierSinceMs;
        }
        labels.pending.forEach(impression -> impression.changed = true);
        user.labels = labels;
        user.appliedMs = Math.max(user.appliedMs, accepted.timeMs());
        settled.version++;
        for (Change change : changes) {
            emit(userId, late, settled.version, change, frozen);
        }
        return changes.isEmpty() ? Effect.NONE : Effect.CORRECTED;
    }

    /** Tells of a late outcome that changes no emitted label, where late outcomes are taken. */
    void unchanged(String userId, LateOutcome late) {
        if (enabled() && late.event().kind() != EventKind.IMPRESSION) {
            out.correction(
                    late.correction(userId)
                            .setImpressionId("")
                            .setLabelSet("")
                            .setStage(0)
                            .setTask("")
                            .setVersion(0)
                            .setOldLabel(0)
                            .setNewLabel(0)
                            .setImpressionTimeMs(0)
                            .setMaturedAtMs(0)
                            .build());
        }
    }

    /** Where the same stages, without and with the outcome, say different things. */
    private List<Change> changes(List<ClosedStage> emitted, List<ClosedStage> right) {
        List<Change> changes = new ArrayList<>();
        for (int i = 0; i < emitted.size(); i++) {
            ClosedStage stage = emitted.get(i);
            for (int set = 0; set < sets.size(); set++) {
                for (int t = 0; t < tasks.size(); t++) {
                    float before = stage.labels()[set * tasks.size() + t];
                    float after = right.get(i).labels()[set * tasks.size() + t];
                    if (stage.masks()[t] && before != after) {
                        changes.add(new Change(stage, set, t, before, after));
                    }
                }
            }
        }
        return changes;
    }

    private void emit(
            String userId, LateOutcome late, long version, Change change, FrozenFeatures frozen)
            throws Exception {
        ClosedStage stage = change.stage;
        tally.corrections.add(1);
        out.correction(
                late.correction(userId)
                        .setImpressionId(
                                FrozenSample.fromBytes(frozen.get(change.impression()))
                                        .impressionId())
                        .setLabelSet(sets.get(change.set))
                        .setStage(stage.stage())
                        .setTask(tasks.get(change.task))
                        .setVersion(version)
                        .setOldLabel(change.before)
                        .setNewLabel(change.after)
                        .setImpressionTimeMs(stage.impression().timeMs)
                        .setMaturedAtMs(stage.maturedAtMs())
                        .build());
    }

    /** Remembers an event that came in time, before it is applied. */
    void applied(UserState user, LabelEvent event) {
        if (enabled()) {
            settledOf(user).since.add(event);
        }
    }

    /** Settles what no late outcome can reach any more, and forgets the features kept for it. */
    void settle(UserState user, FrozenFeatures frozen, long watermarkMs) throws Exception {
        Settled settled = user.settled;
        if (settled == null) {
            return;
        }
        long throughMs = watermarkMs;
        if (enabled() && watermarkMs != Long.MAX_VALUE) {
            throughMs = watermarkMs - graceMs - 1;
        }
        if (throughMs < settled.throughMs) {
            return;
        }
        int count = 0;
        while (count < settled.since.size() && settled.since.get(count).timeMs() <= throughMs) {
            count++;
        }
        List<LabelEvent> over = settled.since.subList(0, count);
        timeline.replay(
                settled.labels,
                over,
                throughMs,
                stage -> {
                    if (stage.last()) {
                        frozen.remove(stage.impression().id);
                    }
                });
        over.clear();
        settled.throughMs = throughMs;
        if (!enabled()) { // any more: nothing will ask for what is left
            for (PendingImpression impression : settled.labels.pending) {
                frozen.remove(impression.id);
            }
        }
        if (!enabled() || (settled.since.isEmpty() && settled.labels.pending.isEmpty())) {
            user.settled = null;
        }
    }

    /** When {@link #settle} next has something to forget, Long.MAX_VALUE for never. */
    long settleDueMs(UserState user) {
        Settled settled = user.settled;
        if (settled == null) {
            return Long.MAX_VALUE;
        }
        long last = settled.throughMs;
        for (PendingImpression impression : settled.labels.pending) {
            last = Math.max(last, timeline.labels().lastDeadlineMs(impression));
        }
        if (!settled.since.isEmpty()) {
            last = Math.max(last, settled.since.get(settled.since.size() - 1).timeMs());
        }
        return last + graceMs + 1;
    }
}
