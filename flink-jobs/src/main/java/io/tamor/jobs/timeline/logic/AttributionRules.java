package io.tamor.jobs.timeline.logic;

import io.tamor.jobs.config.AttributionOptions;
import io.tamor.jobs.config.AttributionOptions.Rule;
import io.tamor.jobs.config.AttributionOptions.Scope;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which impressions an investment belongs to. */
final class AttributionRules implements Serializable {
    private final Rule rule;
    private final Scope scope;
    private final long windowMs;
    private final LabelRules labels;

    AttributionRules(AttributionOptions options, LabelRules labels) {
        this.rule = options.rule();
        this.scope = options.scope();
        this.windowMs = options.window().toMillis();
        this.labels = labels;
    }

    /**
     * The impressions that claim a subscription.
     *
     * @param scenario hash of the investment's scenario, 0 where it has none
     * @param impressionId hash of the impression it names, 0 where it names none
     */
    List<PendingImpression> claimants(
            List<PendingImpression> pending, long timeMs, int scenario, long impressionId) {
        if (impressionId != 0) {
            for (PendingImpression impression : pending) {
                if (impression.id == impressionId
                        && labels.investableUntilMs(impression) >= timeMs) {
                    return List.of(impression);
                }
            }
            return List.of();
        }
        if (rule == Rule.EVERY_CLICK) {
            List<PendingImpression> claimants = new ArrayList<>(2);
            for (PendingImpression impression : pending) {
                if (claims(impression, timeMs, scenario)) {
                    claimants.add(impression);
                }
            }
            return claimants;
        }
        PendingImpression best = null;
        for (PendingImpression impression : pending) {
            if (claims(impression, timeMs, scenario) && beats(impression, best)) {
                best = impression;
            }
        }
        return best == null ? List.of() : List.of(best);
    }

    private boolean claims(PendingImpression impression, long timeMs, int scenario) {
        if (scope == Scope.SAME_SCENARIO && scenario != impression.scenario) {
            return false;
        }
        if (rule != Rule.LAST_IMPRESSION && !impression.clicked) {
            return false;
        }
        long from = rule == Rule.LAST_IMPRESSION ? impression.timeMs : impression.clickMs;
        return timeMs <= from + windowMs && labels.investableUntilMs(impression) >= timeMs;
    }

    /** Pending impressions come in event order, so a later one beats an earlier one by default. */
    private boolean beats(PendingImpression impression, @Nullable PendingImpression best) {
        if (best == null) {
            return true;
        }
        return switch (rule) {
            case LAST_CLICK -> impression.clickNumber > best.clickNumber;
            case FIRST_CLICK -> impression.clickNumber < best.clickNumber;
            case LAST_IMPRESSION -> true;
            case EVERY_CLICK -> throw new IllegalStateException("every click has no best");
        };
    }
}
