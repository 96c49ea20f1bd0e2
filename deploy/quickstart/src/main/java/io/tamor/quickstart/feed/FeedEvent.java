package io.tamor.quickstart.feed;

import io.tamor.schemas.Click;
import io.tamor.schemas.Conversion;
import io.tamor.schemas.Impression;
import io.tamor.schemas.Investment;
import org.apache.avro.specific.SpecificRecordBase;
import org.jspecify.annotations.Nullable;

/**
 * A record on its way to a topic, keyed by user and stamped with its event time.
 *
 * @param record what is sent; null where {@code noise} is sent instead
 * @param noise bytes that decode to nothing; null for a proper record
 */
@SuppressWarnings("ArrayRecordComponent") // noise is written once and never compared
public record FeedEvent(
        StreamRole stream,
        String userId,
        long eventTimeMs,
        @Nullable SpecificRecordBase record,
        byte @Nullable [] noise) {

    public static FeedEvent of(Impression impression) {
        return new FeedEvent(
                StreamRole.IMPRESSIONS,
                impression.getUserId(),
                impression.getEventTimeMs(),
                impression,
                null);
    }

    public static FeedEvent of(Click click) {
        return new FeedEvent(
                StreamRole.CLICKS, click.getUserId(), click.getEventTimeMs(), click, null);
    }

    public static FeedEvent of(Conversion conversion) {
        return new FeedEvent(
                StreamRole.CONVERSIONS,
                conversion.getUserId(),
                conversion.getEventTimeMs(),
                conversion,
                null);
    }

    public static FeedEvent of(Investment investment) {
        return new FeedEvent(
                StreamRole.INVESTMENTS,
                investment.getUserId(),
                investment.getEventTimeMs(),
                investment,
                null);
    }

    /** Bytes that no schema reads, in place of a record of the stream. */
    public static FeedEvent noise(
            StreamRole stream, String userId, long eventTimeMs, byte[] bytes) {
        return new FeedEvent(stream, userId, eventTimeMs, null, bytes);
    }
}
