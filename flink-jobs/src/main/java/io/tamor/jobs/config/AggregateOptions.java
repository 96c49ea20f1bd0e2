package io.tamor.jobs.config;

import java.io.Serializable;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * An aggregate of the user's own past events in {@code (t - over, t)} as of an impression at t;
 * ties at t that come before the impression in event order do not exist, since impressions are
 * first.
 *
 * @param of which events count
 * @param per denominator of {@code RATE}, null otherwise
 * @param same restricts to events of the impression's own scenario or item (then an item-side
 *     feature), ANY to none
 */
public record AggregateOptions(
        Function function, Events of, @Nullable Events per, Duration over, Same same)
        implements Serializable {
    public AggregateOptions {
        same = same == null ? Same.ANY : same;
    }

    /**
     * COUNT of events; SUM, MEAN and LAST of amounts (major units; 1 an event for those without);
     * RATE: count of {@code of} / count of {@code per}, 0 for none; TIME_SINCE the last one (hours;
     * the whole window where there is none).
     */
    public enum Function {
        COUNT,
        SUM,
        MEAN,
        RATE,
        LAST,
        TIME_SINCE
    }

    /** Events of the user: investments are subscriptions, redemptions their opposite. */
    public enum Events {
        IMPRESSIONS,
        CLICKS,
        CONVERSIONS,
        INVESTMENTS,
        REDEMPTIONS
    }

    /** The restriction to events like the impression. */
    public enum Same {
        ANY,
        SCENARIO,
        ITEM
    }
}
