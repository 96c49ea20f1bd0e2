package io.tamor.jobs.config;

import java.io.Serializable;

/**
 * How clicks and conversions find their impression.
 *
 * @param by by the impression's id, or, where logs carry none, the latest impression of the same
 *     user and item at or before the outcome
 * @param conversionRequiresClick a conversion counts only on an impression clicked before it
 */
public record MatchingOptions(By by, boolean conversionRequiresClick) implements Serializable {

    /**
     * What an outcome is matched by. An outcome without an impression id is always matched by user
     * and item.
     */
    public enum By {
        IMPRESSION_ID,
        USER_ITEM
    }
}
