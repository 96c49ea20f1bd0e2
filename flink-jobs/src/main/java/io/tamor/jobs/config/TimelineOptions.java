package io.tamor.jobs.config;

import java.io.Serializable;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The timeline's rules beside matching.
 *
 * @param emit STAGED: a sample at each distinct window's close with the labels that mature there;
 *     ONCE: one sample at the last close
 * @param attribution short for one label set named {@link LabelSetOptions#DEFAULT}, which it
 *     becomes: null from then on
 * @param labelSets each emitted as samples of its own; stored state knows them by their place, so
 *     that a new one goes to the end
 * @param corrections null: an outcome behind the watermark is rejected as late
 * @param maxPendingPerUser pending impressions of one user; the excess is rejected as overflow
 * @param maxItemsPerUser items whose aggregates a user's state remembers, those with the newest
 *     events
 * @param freezeRequests impressions of one ranking request share the user's features as of its
 *     first one if they follow within this time; null: each has its own
 */
public record TimelineOptions(
        Emit emit,
        MatchingOptions matching,
        @Nullable AttributionOptions attribution,
        List<LabelSetOptions> labelSets,
        @Nullable CorrectionOptions corrections,
        int maxPendingPerUser,
        int maxItemsPerUser,
        @Nullable Duration freezeRequests)
        implements Serializable {
    /** Requests of one user that are frozen at a time; beyond it the oldest is forgotten. */
    public static final int MOST_REQUESTS = 16;

    private static final int USUAL_ITEMS = 100;

    @SuppressWarnings("NullAway") // an absent list is read as null
    public TimelineOptions {
        maxItemsPerUser = maxItemsPerUser == 0 ? USUAL_ITEMS : maxItemsPerUser;
        boolean listed = labelSets != null;
        new Problems()
                .require(
                        listed != (attribution != null),
                        "timeline: give either attribution, for one label set, or label_sets")
                .throwIfAny("timeline");
        labelSets =
                listed
                        ? List.copyOf(labelSets)
                        : List.of(
                                new LabelSetOptions(
                                        LabelSetOptions.DEFAULT,
                                        attribution,
                                        LabelSetOptions.Redemptions.IGNORE));
        // It is a label set now: a copy, such as the one sent to the cluster, gives only these.
        attribution = null;
    }

    /** One label set, redemptions ignored, late outcomes rejected. */
    public TimelineOptions(
            Emit emit,
            MatchingOptions matching,
            AttributionOptions attribution,
            int maxPendingPerUser,
            int maxItemsPerUser) {
        this(
                emit,
                matching,
                null,
                List.of(
                        new LabelSetOptions(
                                LabelSetOptions.DEFAULT,
                                attribution,
                                LabelSetOptions.Redemptions.IGNORE)),
                null,
                maxPendingPerUser,
                maxItemsPerUser,
                null);
    }

    /** Event time for which an outcome behind the watermark is still taken; 0: none is. */
    public long graceMs() {
        return corrections == null ? 0 : corrections.grace().toMillis();
    }

    /** When samples leave. */
    public enum Emit {
        STAGED,
        ONCE
    }
}
