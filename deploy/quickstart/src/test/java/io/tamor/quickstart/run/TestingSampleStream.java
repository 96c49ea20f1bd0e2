package io.tamor.quickstart.run;

import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.io.CommittedRecords;
import io.tamor.jobs.io.KafkaTopics;
import io.tamor.jobs.learner.logic.SampleOrder;
import io.tamor.jobs.timeline.TimelineJob;
import io.tamor.quickstart.broker.EmbeddedBroker;
import io.tamor.quickstart.cluster.LocalCluster;
import io.tamor.quickstart.feed.Arrivals;
import io.tamor.quickstart.feed.KafkaFeedSink;
import io.tamor.schemas.Sample;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * The samples that the timeline makes of a source, in the learner's order.
 *
 * @param samples ascending by {@link SampleOrder}
 */
public record TestingSampleStream(Deployment deployment, List<Sample> samples) {
    /** Does something with the samples while broker and cluster are there. */
    @FunctionalInterface
    interface Use {
        void with(TestingSampleStream stream, LocalCluster cluster) throws Exception;
    }

    /** Runs the timeline to its end. */
    public static TestingSampleStream of(RunSource source, Path out) throws Exception {
        TestingSampleStream[] made = new TestingSampleStream[1];
        use(source, out, 2, (stream, cluster) -> made[0] = stream);
        return made[0];
    }

    /** Runs the timeline to its end on a cluster of so many slots, then what uses its samples. */
    static void use(RunSource source, Path out, int slots, Use use) throws Exception {
        try (OutputFolder folder = OutputFolder.prepare(out);
                EmbeddedBroker broker = EmbeddedBroker.start(folder.work());
                LocalCluster cluster = LocalCluster.start(slots)) {
            Deployment deployment =
                    new DeploymentTemplate(source.deployment())
                            .broker(broker.bootstrap())
                            .folders(folder.snapshots(), folder.work().resolve("checkpoints"))
                            .parallelism(2)
                            .write(folder.deploymentFile());
            try (KafkaTopics topics = new KafkaTopics(deployment.kafka())) {
                topics.createMissing(deployment);
            }
            try (Arrivals into =
                    new Arrivals(
                            source.faults(deployment),
                            new KafkaFeedSink(deployment.kafka(), deployment.topics()))) {
                source.feed(deployment, folder.root(), into);
            }
            StreamExecutionEnvironment timeline = LocalCluster.environment(deployment);
            TimelineJob.define(timeline, deployment, true);
            cluster.run("timeline", timeline, records -> {});
            List<Sample> samples = new ArrayList<>();
            new CommittedRecords(deployment.kafka())
                    .decoded(deployment.topics().samples(), Sample.class, samples::add);
            samples.sort(SampleOrder.BY_MATURITY);
            use.with(new TestingSampleStream(deployment, samples), cluster);
        }
    }
}
