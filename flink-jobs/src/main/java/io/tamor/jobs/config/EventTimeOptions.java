package io.tamor.jobs.config;

import java.io.Serializable;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How long event time waits.
 *
 * @param disorder an event may arrive behind a later one of its partition by at most this much
 *     event time; one that is later still is rejected as late
 * @param idle a partition without records for this long (processing time) no longer holds the
 *     watermark, provided another partition of its topic is live
 * @param lead an event may be at most this much ahead of the reader's clock, else it is rejected as
 *     invalid: one broken clock would otherwise move the watermark and make all others late; null
 *     takes any time, for streams whose time is not ours
 * @param outage a topic silent as a whole holds the watermark this long (processing time)
 */
public record EventTimeOptions(
        Duration disorder, Duration idle, Duration outage, @Nullable Duration lead)
        implements Serializable {

    /**
     * The key of {@code lead}. The detail of a record that was rejected for it names it, and
     * verification, which cannot know the reader's clock, excuses what names it and nothing else.
     */
    public static final String LEAD = "event_time.lead";
}
