package io.tamor.jobs.config;

import java.io.Serializable;
import java.time.Duration;

/**
 * Which impression an investment without an impression id belongs to.
 *
 * @param window an investment counts up to this long after the click (or impression) it is
 *     attributed to, both ends inclusive; the task's window and valid_until bound it further
 */
public record AttributionOptions(Rule rule, Scope scope, Duration window) implements Serializable {

    /**
     * LAST_CLICK, FIRST_CLICK, LAST_IMPRESSION: one impression. EVERY_CLICK: each clicked one still
     * open.
     */
    public enum Rule {
        LAST_CLICK,
        FIRST_CLICK,
        LAST_IMPRESSION,
        EVERY_CLICK
    }

    /** SAME_SCENARIO: only impressions of the investment's own scenario. ANY: all of them. */
    public enum Scope {
        SAME_SCENARIO,
        ANY
    }
}
