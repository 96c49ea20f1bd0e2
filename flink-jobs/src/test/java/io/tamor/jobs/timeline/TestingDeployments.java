package io.tamor.jobs.timeline;

import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.config.DeploymentReader;
import io.tamor.jobs.config.FeatureOptions;
import io.tamor.jobs.config.TaskOptions;
import io.tamor.jobs.config.TierOptions;
import io.tamor.jobs.config.TimelineOptions;
import io.tamor.jobs.config.TopicOptions;
import io.tamor.jobs.config.Topics;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Variants of the deployment in the test resources. */
final class TestingDeployments {
    private TestingDeployments() {}

    static Deployment example() {
        return DeploymentReader.parse("deployment.yaml", text());
    }

    static String text() {
        try (InputStream in = TestingDeployments.class.getResourceAsStream("/deployment.yaml")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Deployment with(Deployment base, TimelineOptions timeline, List<TaskOptions> tasks) {
        return with(base, timeline, tasks, base.tiers(), base.features());
    }

    /** The topics, with one for corrections where there are some. */
    private static Topics topics(Topics base, TimelineOptions timeline) {
        return new Topics(
                base.impressions(),
                base.clicks(),
                base.conversions(),
                base.investments(),
                base.samples(),
                timeline.corrections() == null
                        ? null
                        : new TopicOptions("corrections", 1, null, false),
                base.rejected(),
                base.snapshots(),
                base.userBias(),
                base.metrics());
    }

    static Deployment with(
            Deployment base,
            TimelineOptions timeline,
            List<TaskOptions> tasks,
            TierOptions tiers,
            List<FeatureOptions> features) {
        return new Deployment(
                base.version(),
                base.name(),
                base.kafka(),
                topics(base.topics(), timeline),
                base.eventTime(),
                tiers,
                base.scenarios(),
                features,
                tasks,
                timeline,
                base.model(),
                base.learner(),
                base.snapshots(),
                base.flink());
    }
}
