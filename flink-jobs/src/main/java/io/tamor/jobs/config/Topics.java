package io.tamor.jobs.config;

import java.io.Serializable;
import java.util.List;

/** Every topic of a deployment, by its role. */
public record Topics(
        TopicOptions impressions,
        TopicOptions clicks,
        TopicOptions conversions,
        TopicOptions investments,
        TopicOptions samples,
        TopicOptions rejected,
        TopicOptions snapshots,
        TopicOptions userBias,
        TopicOptions metrics)
        implements Serializable {

    /** The topics in the order of the components. */
    public List<TopicOptions> all() {
        return List.of(
                impressions,
                clicks,
                conversions,
                investments,
                samples,
                rejected,
                snapshots,
                userBias,
                metrics);
    }
}
