package io.tamor.jobs.config;

import java.io.Serializable;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The timeline's rules beside matching and attribution.
 *
 * @param emit STAGED: a sample at each distinct window's close with the labels that mature there;
 *     ONCE: one sample at the last close
 * @param maxPendingPerUser pending impressions of one user; the excess is rejected as overflow
 * @param maxItemsPerUser items whose aggregates a user's state remembers, those with the newest
 *     events
 * @param freezeRequests impressions of one ranking request share the user's features as of its
 *     first one if they follow within this time; null: each has its own
 */
public record TimelineOptions(
        Emit emit,
        MatchingOptions matching,
        AttributionOptions attribution,
        int maxPendingPerUser,
        int maxItemsPerUser,
        @Nullable Duration freezeRequests)
        implements Serializable {
    /** Requests of one user that are frozen at a time; beyond it the oldest is forgotten. */
    public static final int MOST_REQUESTS = 16;

    private static final int USUAL_ITEMS = 100;

    public TimelineOptions {
        maxItemsPerUser = maxItemsPerUser == 0 ? USUAL_ITEMS : maxItemsPerUser;
    }

    /** When samples leave. */
    public enum Emit {
        STAGED,
        ONCE
    }
}
