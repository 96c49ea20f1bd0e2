package io.tamor.jobs.config;

import java.io.Serializable;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A topic as `topics create` makes it.
 *
 * @param retention by record timestamp, which is event time; null keeps records for ever, the only
 *     safe choice for a stream of the past
 */
public record TopicOptions(
        String name, int partitions, @Nullable Duration retention, boolean compacted)
        implements Serializable {}
