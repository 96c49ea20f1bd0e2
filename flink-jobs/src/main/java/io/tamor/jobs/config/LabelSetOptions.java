package io.tamor.jobs.config;

import java.io.Serializable;

/**
 * One way to make labels of the same events. Several are emitted at once as samples of their own,
 * told apart by the set's name; clicks and conversions are the same in all of them.
 */
public record LabelSetOptions(String name, AttributionOptions attribution, Redemptions redemptions)
        implements Serializable {
    /** Name of the set where {@code timeline.attribution} stands for the only one. */
    public static final String DEFAULT = "default";

    public LabelSetOptions {
        redemptions = redemptions == null ? Redemptions.IGNORE : redemptions;
    }

    /**
     * What a redemption does to labels still open. IGNORE: nothing. RETRACT: it takes its amount
     * from the user's subscriptions, latest first. The position is lowered either way.
     */
    public enum Redemptions {
        IGNORE,
        RETRACT
    }
}
