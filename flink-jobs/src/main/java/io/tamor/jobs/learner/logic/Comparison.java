package io.tamor.jobs.learner.logic;

import io.tamor.model.metric.RecentMetrics;
import org.jspecify.annotations.Nullable;

/** What the learner and the versions that stand beside it scored, all on the same recent labels. */
public interface Comparison {
    /** The learner's own, each label scored before it was trained on. */
    RecentMetrics candidateMetrics();

    /** The live version's; null where none is compared. */
    @Nullable RecentMetrics liveMetrics();

    /** That of the version before the live one; null where none is compared. */
    @Nullable RecentMetrics previousMetrics();
}
