package io.tamor.jobs.verify.logic;

import io.tamor.jobs.verify.logic.PlainEvent.Kind;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An event that counted, and the impression it counted for.
 *
 * @param unseenMs impressions up to this time were shown before the event was known
 */
@SuppressWarnings("ReferenceEquality") // an accepted event is itself: copies were rejected before
record Accepted(PlainEvent event, @Nullable PlainEvent target, long unseenMs) {
    /** True of one that arrived behind the watermark. */
    boolean late() {
        return unseenMs != Long.MIN_VALUE;
    }

    /** Whether the event was known, and past, when the impression was shown. */
    boolean wasSeen(PlainEvent impression) {
        return unseenMs < impression.timeMs() && isBefore(event, impression);
    }

    boolean isBefore(PlainEvent other) {
        return isBefore(event, other);
    }

    static boolean isBefore(@Nullable PlainEvent one, PlainEvent other) {
        return one != null && PlainEvent.ORDER.compare(one, other) < 0;
    }

    /** The impressions before an event in event order. */
    static List<PlainEvent> impressionsBefore(PlainEvent event, List<Accepted> accepted) {
        List<PlainEvent> impressions = new ArrayList<>();
        for (Accepted one : accepted) {
            if (!one.isBefore(event)) {
                break;
            }
            if (one.event().kind() == Kind.IMPRESSION) {
                impressions.add(one.event());
            }
        }
        return impressions;
    }

    /** The outcome of the kind that counted for the impression. */
    static @Nullable PlainEvent first(
            @Nullable PlainEvent impression, Kind kind, List<Accepted> accepted) {
        return accepted.stream()
                .filter(a -> a.target() == impression && a.event().kind() == kind)
                .map(Accepted::event)
                .findFirst()
                .orElse(null);
    }
}
