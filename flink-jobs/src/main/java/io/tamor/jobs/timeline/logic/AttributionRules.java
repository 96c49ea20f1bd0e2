package io.tamor.jobs.timeline.logic;

import io.tamor.jobs.config.AttributionOptions.Rule;
import io.tamor.jobs.config.AttributionOptions.Scope;
import io.tamor.jobs.config.LabelSetOptions;
import io.tamor.jobs.config.LabelSetOptions.Redemptions;
import io.tamor.jobs.timeline.logic.Attributed.Lot;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Which impressions a subscription belongs to in one label set, and what a redemption takes. */
final class AttributionRules implements Serializable {
    private final int set;
    private final boolean retracts;
    private final Rule rule;
    private final Scope scope;
    private final long windowMs;
    private final LabelRules labels;

    AttributionRules(int set, LabelSetOptions options, LabelRules labels) {
        this.set = set;
        this.retracts = options.redemptions() == Redemptions.RETRACT;
        this.rule = options.attribution().rule();
        this.scope = options.attribution().scope();
        this.windowMs = options.attribution().window().toMillis();
        this.labels = labels;
    }

    /**
     * Attributes a subscription to the impressions that claim it.
     *
     * @param number tells the user's subscriptions apart, in event order
     * @return how many do
     */
    List<PendingImpression> attribute(
            List<PendingImpression> pending, LabelEvent event, long number) {
        List<PendingImpression> claimants = claimants(pending, event);
        for (PendingImpression impression : claimants) {
            Attributed attributed = impression.attributedOf(set);
            attributed.add(event.amountMinor());
            impression.changed = true;
            if (retracts) {
                attributed.lots.add(
                        new Lot(number, event.item(), event.scenario(), event.amountMinor()));
            }
        }
        return claimants;
    }

    /**
     * Takes a redemption out of attributed subscriptions whose labels are open, latest first: those
     * attributed to the impression it names, else of the item it names, else of the scenario it
     * names, else all. A subscription attributed to several impressions is taken from once, and is
     * less in all of them.
     */
    void retract(List<PendingImpression> pending, LabelEvent redemption) {
        if (!retracts) {
            return;
        }
        NavigableMap<Long, Long> leftByNumber = new TreeMap<>();
        for (PendingImpression impression : pending) {
            for (Lot lot : openLots(impression, redemption.timeMs())) {
                if (retractable(impression, lot, redemption)) {
                    leftByNumber.put(lot.number, lot.leftMinor);
                }
            }
        }
        long rest = redemption.amountMinor();
        for (Map.Entry<Long, Long> lot : leftByNumber.descendingMap().entrySet()) {
            long taken = Math.min(rest, lot.getValue());
            rest -= taken;
            if (taken > 0) {
                take(pending, lot.getKey(), taken, redemption.timeMs());
            }
        }
    }

    private void take(List<PendingImpression> pending, long number, long taken, long timeMs) {
        for (PendingImpression impression : pending) {
            for (Lot lot : openLots(impression, timeMs)) {
                if (lot.number == number) {
                    impression.attributedOf(set).retract(lot, taken);
                    impression.changed = true;
                }
            }
        }
    }

    private List<Lot> openLots(PendingImpression impression, long timeMs) {
        Attributed attributed = impression.attributed(set);
        return attributed == null || labels.investableUntilMs(impression) < timeMs
                ? List.of()
                : attributed.lots;
    }

    private static boolean retractable(
            PendingImpression impression, Lot lot, LabelEvent redemption) {
        if (redemption.impression() != 0) {
            return impression.id == redemption.impression();
        }
        if (redemption.item() != LabelEvent.NO_ITEM) {
            return lot.item == redemption.item();
        }
        return redemption.scenario() == 0 || lot.scenario == redemption.scenario();
    }

    private List<PendingImpression> claimants(List<PendingImpression> pending, LabelEvent event) {
        long timeMs = event.timeMs();
        int scenario = event.scenario();
        if (event.impression() != 0) {
            for (PendingImpression impression : pending) {
                if (impression.id == event.impression()
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
