package io.tamor.jobs.timeline.logic;

import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.config.MatchingOptions;
import io.tamor.jobs.config.TaskOptions.Label;
import io.tamor.schemas.Impression;
import io.tamor.schemas.RejectionCause;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Decides which events count and what they belong to; the others are rejected with their cause. */
final class Admission {
    private static final long DAY_MS = 86_400_000L;
    private static final Set<Label> CLICK = EnumSet.of(Label.CLICK);
    private static final Set<Label> CONVERSION = EnumSet.of(Label.CONVERSION);

    private final MatchingOptions.By matchedBy;
    private final int maxPending;
    private final long memoryMs;
    private final long retentionMs;
    private final LabelRules labels;
    private final TimelineTally tally;
    private final TimelineOutput out;

    Admission(Deployment deployment, LabelRules labels, TimelineTally tally, TimelineOutput out) {
        this.matchedBy = deployment.timeline().matching().by();
        this.maxPending = deployment.timeline().maxPendingPerUser();
        this.memoryMs = deployment.longestWindow().toMillis() + deployment.timeline().graceMs();
        this.retentionMs = TimelineRules.retentionMs(deployment);
        this.labels = labels;
        this.tally = tally;
        this.out = out;
    }

    /** Rejects a record, counted by its cause. */
    void reject(RawEvent event, RejectionCause cause, String detail) {
        tally.rejected(event.kind(), cause);
        out.rejected(event, cause, detail);
    }

    /**
     * True of an event whose id was seen within the longest window (and the grace) before it, or
     * after it; it is rejected. What is to be forgotten by now is not known any more, whether it is
     * forgotten yet or not, so that this does not depend on when the user was last touched.
     *
     * @param nowMs how far event time has come, {@code Long.MIN_VALUE} for not at all
     */
    boolean isKnown(UserState user, Event event, long nowMs) {
        long keptMs = Math.max(nowMs, Long.MIN_VALUE + retentionMs) - retentionMs;
        boolean known =
                user.history.knows(
                        event.kind(),
                        IdHash.of(event.id()),
                        Math.max(event.timeMs() - memoryMs, keptMs));
        if (known) {
            duplicate(event, "id " + event.id() + " was seen before");
        }
        return known;
    }

    void duplicate(Event event, String detail) {
        reject(event.raw(), RejectionCause.DUPLICATE, detail);
    }

    void late(Event event, long watermarkMs) {
        reject(
                event.raw(),
                RejectionCause.LATE,
                "event time " + event.timeMs() + ", the watermark was at " + watermarkMs);
    }

    /** An event that is not known, or null where it was rejected. */
    @Nullable LabelEvent admit(UserState user, Event event) {
        return event.kind() == EventKind.IMPRESSION
                ? impression(user, event)
                : outcome(user.labels, user.history, event);
    }

    private @Nullable LabelEvent impression(UserState user, Event event) {
        Impression record = event.impression();
        if (record == null) {
            throw new IllegalArgumentException("an impression comes with its record");
        }
        if (user.labels.pending.size() >= maxPending) {
            reject(
                    event.raw(),
                    RejectionCause.OVERFLOW,
                    "the user has "
                            + maxPending
                            + " pending impressions, the most that timeline.max_pending_per_user"
                            + " allows");
            return null;
        }
        long day = event.timeMs() / DAY_MS;
        // A user without impressions has day 0, too; one of that day is still in the history.
        boolean first =
                day != user.lastImpressionDay || (day == 0 && !user.history.hasImpression());
        user.lastImpressionDay = day;
        return LabelEvent.impression(
                event,
                IdHash.of(event.itemId()),
                IdHash.ofName(event.scenario()),
                record.getValidUntilMs(),
                first);
    }

    /**
     * An outcome that is not known, or null where it was rejected.
     *
     * @param then the labels at its place in event order
     */
    @Nullable LabelEvent outcome(LabelState then, UserHistory history, Event event) {
        if (event.kind() == EventKind.INVESTMENT) {
            return LabelEvent.investment(event);
        }
        boolean click = event.kind() == EventKind.CLICK;
        PendingImpression impression = matched(then, history, event, click ? CLICK : CONVERSION);
        if (impression == null) {
            return null;
        }
        if (click ? impression.clicked : impression.converted) {
            duplicate(event, "second " + (click ? "click" : "conversion") + " of its impression");
            return null;
        }
        if (!click && !impression.clicked) {
            tally.unclickedConversions.add(1);
        }
        return LabelEvent.matched(event, impression);
    }

    private @Nullable PendingImpression matched(
            LabelState then, UserHistory history, Event event, Set<Label> labelled) {
        String named = matchedBy == MatchingOptions.By.IMPRESSION_ID ? event.impressionId() : null;
        long id =
                named == null
                        ? history.latestImpressionOf(IdHash.of(event.itemId()), event.timeMs())
                        : IdHash.of(named);
        String wanted = named == null ? "of item " + event.itemId() : named;
        for (PendingImpression impression : then.pending) {
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
}
