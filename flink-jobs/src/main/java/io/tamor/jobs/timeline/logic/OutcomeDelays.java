package io.tamor.jobs.timeline.logic;

import java.util.ArrayList;
import java.util.List;

/**
 * How long outcomes come after the impression they count for (event time), by kind of outcome and
 * the user's tier when they come. Since the start of this run; not checkpointed. Memory: about 1.4
 * kB for each kind and tier.
 */
public final class OutcomeDelays {
    /** The kinds of outcome. */
    public static final List<EventKind> OUTCOMES =
            List.of(EventKind.CLICK, EventKind.CONVERSION, EventKind.INVESTMENT);

    private final List<String> tiers;
    private final List<DelayCounts> counts = new ArrayList<>();

    OutcomeDelays(List<String> tiers) {
        this.tiers = tiers;
        for (int i = 0; i < OUTCOMES.size() * tiers.size(); i++) {
            counts.add(new DelayCounts());
        }
    }

    void add(EventKind outcome, int tier, long delayMs) {
        of(outcome, tier).add(delayMs);
    }

    /** The delays of a kind of outcome in the tier of a number. */
    public DelayCounts of(EventKind outcome, int tier) {
        return counts.get((outcome.code() - 1) * tiers.size() + tier);
    }

    /** Names of the tiers, by number. */
    public List<String> tiers() {
        return tiers;
    }
}
