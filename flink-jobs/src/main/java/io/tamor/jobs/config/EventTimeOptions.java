package io.tamor.jobs.config;

import java.io.Serializable;
import java.time.Duration;

/**
 * How long event time waits.
 *
 * @param disorder an event may arrive behind a later one of its partition by at most this much
 *     event time; one that is later still is rejected as late
 * @param idle a partition without records for this long (processing time) no longer holds the
 *     watermark, provided another partition of its topic is live
 * @param outage a topic silent as a whole holds the watermark this long (processing time)
 */
public record EventTimeOptions(Duration disorder, Duration idle, Duration outage)
        implements Serializable {}
