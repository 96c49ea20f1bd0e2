package io.tamor.jobs.config;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Every topic of a deployment, by its role.
 *
 * @param corrections present exactly where {@code timeline.corrections} is
 */
public record Topics(
        TopicOptions impressions,
        TopicOptions clicks,
        TopicOptions conversions,
        TopicOptions investments,
        TopicOptions samples,
        @Nullable TopicOptions corrections,
        TopicOptions rejected,
        TopicOptions snapshots,
        TopicOptions userBias,
        TopicOptions metrics)
        implements Serializable {

    /** The topics that the deployment has. */
    public List<TopicOptions> all() {
        List<TopicOptions> topics =
                new ArrayList<>(
                        List.of(
                                impressions,
                                clicks,
                                conversions,
                                investments,
                                samples,
                                rejected,
                                snapshots,
                                userBias,
                                metrics));
        if (corrections != null) {
            topics.add(corrections);
        }
        return topics;
    }
}
