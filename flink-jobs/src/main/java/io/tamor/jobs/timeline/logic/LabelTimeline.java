package io.tamor.jobs.timeline.logic;

import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.config.FeatureOptions;
import io.tamor.jobs.config.FeatureSource;
import io.tamor.jobs.config.LabelSetOptions;
import io.tamor.jobs.config.TierOptions;
import io.tamor.jobs.config.TimelineOptions.Emit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Applies accepted events to a user's labels and closes the stages between them, in event order.
 * Deterministic: from one state, the same events give the same stages, live or derived anew. No
 * outcome changes when a stage closes, only what it says.
 */
final class LabelTimeline {
    /** Hears which impressions claim a subscription in a label set. */
    @FunctionalInterface
    interface Claims {
        void attributed(int set, List<PendingImpression> claimants, LabelEvent subscription);
    }

    private static final Claims UNHEARD = (set, claimants, subscription) -> {};

    private final LabelRules labels;
    private final List<AttributionRules> sets = new ArrayList<>();
    private final boolean staged;
    private final TierOptions tiers;
    private final boolean tierTimed;

    LabelTimeline(Deployment deployment) {
        this.labels = new LabelRules(deployment);
        for (LabelSetOptions set : deployment.timeline().labelSets()) {
            sets.add(new AttributionRules(sets.size(), set, labels));
        }
        this.staged = deployment.timeline().emit() == Emit.STAGED;
        this.tiers = deployment.tiers();
        this.tierTimed =
                deployment.features().stream()
                        .map(FeatureOptions::from)
                        .anyMatch(f -> f != null && f.kind() == FeatureSource.Kind.TIME_IN_TIER);
    }

    LabelRules labels() {
        return labels;
    }

    int setCount() {
        return sets.size();
    }

    /** True where a feature asks since when a user is in the tier. */
    boolean tierTimed() {
        return tierTimed;
    }

    /** Applies an event; what came before it has been applied and closed. */
    void apply(LabelState state, LabelEvent event, Claims claims) {
        switch (event.kind()) {
            case IMPRESSION -> impression(state, event);
            case CLICK -> click(state, event);
            case CONVERSION -> conversion(state, event);
            case INVESTMENT -> investment(state, event, claims);
        }
    }

    private void impression(LabelState state, LabelEvent event) {
        PendingImpression impression =
                new PendingImpression(
                        event.impression(),
                        event.timeMs(),
                        event.validUntilMs(),
                        event.scenario(),
                        event.firstOfDay());
        long deadline = labels.nextDeadlineMs(impression, Long.MIN_VALUE);
        // Without any task the impression is complete at once: a sample with nothing to learn.
        impression.nextDeadlineMs = deadline == Long.MAX_VALUE ? event.timeMs() : deadline;
        state.open(impression);
    }

    /** The first click of an impression counts; a later one can be there beside a late first. */
    private static void click(LabelState state, LabelEvent event) {
        PendingImpression impression = find(state, event.impression());
        if (!impression.clicked) {
            impression.clicked = true;
            impression.clickMs = event.timeMs();
            impression.clickNumber = ++state.number;
            impression.changed = true;
        }
    }

    private void conversion(LabelState state, LabelEvent event) {
        PendingImpression impression = find(state, event.impression());
        if (!impression.converted) {
            impression.converted = true;
            impression.conversionCounts = labels.conversionCounts(impression);
            impression.changed = true;
        }
    }

    private void investment(LabelState state, LabelEvent event, Claims claims) {
        position(state, event);
        labels.total(state.pending, event);
        if (!event.redemption()) {
            state.number++;
        }
        for (int set = 0; set < sets.size(); set++) {
            if (event.redemption()) {
                sets.get(set).retract(state.pending, event);
            } else {
                List<PendingImpression> claimants =
                        sets.get(set).attribute(state.pending, event, state.number);
                claims.attributed(set, claimants, event);
            }
        }
    }

    private void position(LabelState state, LabelEvent event) {
        int bandBefore = tiers.bandOf(state.positionMinor);
        state.positionMinor =
                event.redemption()
                        ? Amounts.rest(state.positionMinor, event.amountMinor())
                        : Amounts.sum(state.positionMinor, event.amountMinor());
        if (tierTimed
                && tiers.attribute() == null
                && tiers.bandOf(state.positionMinor) != bandBefore) {
            state.tierSinceMs = event.timeMs();
        }
    }

    private static PendingImpression find(LabelState state, long id) {
        for (PendingImpression impression : state.pending) {
            if (impression.id == id) {
                return impression;
            }
        }
        throw new IllegalStateException("a matched outcome comes while its impression is pending");
    }

    /**
     * Closes every stage with a deadline up to the time, in the order of deadlines where a sink
     * asks for them.
     *
     * @param sink takes those at which a sample leaves, null where nobody wants them
     * @return the newest deadline closed, Long.MIN_VALUE for none
     */
    long closeThrough(LabelState state, long timeMs, ClosedStage.@Nullable Sink sink)
            throws Exception {
        if (sink == null) {
            return closeUnheard(state, timeMs);
        }
        long newest = Long.MIN_VALUE;
        for (long next = state.earliestDeadlineMs();
                next <= timeMs && next != Long.MAX_VALUE;
                next = state.earliestDeadlineMs()) {
            close(state, next, sink);
            newest = next;
        }
        return newest;
    }

    private long closeUnheard(LabelState state, long timeMs) throws Exception {
        long newest = Long.MIN_VALUE;
        if (state.earliestDeadlineMs() > timeMs) {
            return newest;
        }
        int kept = 0;
        long earliestMs = Long.MAX_VALUE;
        for (int i = 0; i < state.pending.size(); i++) {
            PendingImpression impression = state.pending.get(i);
            boolean open = true;
            while (open && impression.nextDeadlineMs <= timeMs) {
                newest = Math.max(newest, impression.nextDeadlineMs);
                open = !closed(impression, null);
            }
            if (open) {
                state.pending.set(kept++, impression);
                earliestMs = Math.min(earliestMs, impression.nextDeadlineMs);
            }
        }
        state.pending.subList(kept, state.pending.size()).clear();
        state.deadlinesChanged(earliestMs);
        return newest;
    }

    private void close(LabelState state, long deadlineMs, ClosedStage.@Nullable Sink sink)
            throws Exception {
        int kept = 0;
        for (int i = 0; i < state.pending.size(); i++) {
            PendingImpression impression = state.pending.get(i);
            if (impression.nextDeadlineMs != deadlineMs || !closed(impression, sink)) {
                state.pending.set(kept++, impression);
            }
        }
        state.pending.subList(kept, state.pending.size()).clear();
        state.deadlinesChanged();
    }

    /**
     * Closes the stage that an impression waits for; true where it was its last.
     *
     * @param sink takes the stage where a sample leaves at it, null where nobody wants it
     */
    boolean closed(PendingImpression impression, ClosedStage.@Nullable Sink sink) throws Exception {
        long deadlineMs = impression.nextDeadlineMs;
        long next = labels.nextDeadlineMs(impression, deadlineMs);
        boolean last = next == Long.MAX_VALUE;
        if (sink != null || !staged) {
            close(impression, last, sink);
        }
        impression.nextDeadlineMs = next;
        if (staged) {
            impression.stage++;
        }
        if (labels.investableUntilMs(impression) <= deadlineMs) {
            impression.closeAttribution();
        }
        return last;
    }

    private void close(PendingImpression impression, boolean last, ClosedStage.@Nullable Sink sink)
            throws Exception {
        long deadlineMs = impression.nextDeadlineMs;
        int tasks = labels.taskCount();
        float[] values = closedLabels(impression);
        boolean[] masks = new boolean[tasks];
        for (int t = 0; t < tasks; t++) {
            if (!labels.applies(t, impression)) {
                continue;
            }
            long end = labels.deadlineMs(t, impression);
            masks[t] = staged ? end == deadlineMs : end <= deadlineMs;
            for (int set = 0; end == deadlineMs && set < sets.size(); set++) {
                values[set * tasks + t] = labels.label(t, impression, set);
            }
        }
        if (sink != null && (staged || last)) {
            sink.closed(
                    new ClosedStage(impression, impression.stage, deadlineMs, last, values, masks));
        }
        if (!staged) {
            impression.frozenLabels = values;
        }
    }

    /**
     * The labels of earlier stages, label set by label set. A set that was appended to the
     * configuration since then has those that are the same in all sets; of the user's total it has
     * the first set's, and of what is attributed nothing, since it has attributed nothing yet.
     */
    private float[] closedLabels(PendingImpression impression) {
        int tasks = labels.taskCount();
        float[] closed = impression.frozenLabels;
        if (closed == null) {
            return new float[sets.size() * tasks];
        }
        if (closed.length >= sets.size() * tasks) {
            return closed;
        }
        float[] all = Arrays.copyOf(closed, sets.size() * tasks);
        for (int i = closed.length; i < all.length; i++) {
            int task = i % tasks;
            all[i] = labels.isAttributed(task) ? 0 : closed[task];
        }
        return all;
    }

    /**
     * Applies events, in event order, from where the state is, and closes every stage up to a time.
     */
    void replay(LabelState state, List<LabelEvent> events, long throughMs, ClosedStage.Sink sink)
            throws Exception {
        for (LabelEvent event : events) {
            closeThrough(state, event.timeMs() - 1, sink);
            apply(state, event, UNHEARD);
        }
        closeThrough(state, throughMs, sink);
    }
}
