package io.tamor.quickstart.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.timeline.TimelineJob;
import io.tamor.quickstart.broker.EmbeddedBroker;
import io.tamor.schemas.Sample;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import org.apache.flink.api.common.JobID;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The past from files: to its end, and handed over by a savepoint to the job over the topics. */
class BackfillITCase {
    /** Steps in the files; the topics begin earlier, so that some events come both ways. */
    private static final int FILE_STEPS = 20;

    private static final int TOPIC_FROM_STEP = 18;

    @TempDir private Path folder;

    @Test
    void filesGiveTheSamplesOfTheTopicsAndHandOverToThem() throws Exception {
        try (EmbeddedBroker broker = EmbeddedBroker.start(folder.resolve("broker"));
                TestingCluster cluster = new TestingCluster(4)) {
            allFromFiles(broker, cluster);
            filesThenTopics(broker, cluster);
        }
    }

    private void allFromFiles(EmbeddedBroker broker, TestingCluster cluster) throws Exception {
        Deployment deployment = TestingLive.deployment(broker, folder, "files", "1 h");
        TestingLive.createTopics(deployment);
        URI files = folder.resolve("whole").toUri();
        try (TestingFeed feed = new TestingFeed(deployment);
                TestingTopic<Sample> samples = samples(deployment)) {
            feed.write(TestingFeed.STEPS, folder.resolve("whole"));
            cluster.run(
                    (environment, of, bounded) ->
                            TimelineJob.defineOverFiles(environment, of, files, bounded),
                    deployment);
            samples.readToEnd();
            assertThat(TestingLive.differences(samples.records(), feed.expected())).isEmpty();
        }
    }

    private void filesThenTopics(EmbeddedBroker broker, TestingCluster cluster) throws Exception {
        Deployment deployment = TestingLive.deployment(broker, folder, "handover", "3 s");
        TestingLive.createTopics(deployment);
        URI files = folder.resolve("past").toUri();
        try (TestingFeed feed = new TestingFeed(deployment);
                Admin admin = Admin.create(deployment.kafka().clientProperties());
                TestingTopic<Sample> samples = samples(deployment)) {
            long past = feed.write(FILE_STEPS, folder.resolve("past"));
            JobID backfill =
                    cluster.start(
                            (environment, of, bounded) ->
                                    TimelineJob.defineOverFiles(environment, of, files, bounded),
                            deployment,
                            null);
            samples.until("all tasks running", () -> cluster.isRunning(backfill));
            samples.until("the files read", () -> cluster.recordsRead(backfill) >= past);
            String savepoint = cluster.stop(backfill, folder.resolve("savepoints"), false);
            samples.readToEnd();
            assertThat(samples.records()).as("nothing closes while more may come").isEmpty();

            feed.skipTo(TOPIC_FROM_STEP);
            TestingLive.feedTo(FILE_STEPS, feed, samples);
            JobID live = cluster.start(TimelineJob::define, deployment, savepoint);
            TestingLive.feedLive(TestingFeed.STEPS, admin, feed, samples);
            List<Sample> all = TestingLive.maturedBy(TestingFeed.STEPS, feed.expected());
            samples.until("every sample", () -> samples.records().size() >= all.size());
            cluster.requireRunning(live);
            cluster.stop(live, folder.resolve("savepoints"), false);
            samples.readToEnd();
            assertThat(TestingLive.differences(samples.records(), all)).isEmpty();
        }
    }

    private static TestingTopic<Sample> samples(Deployment deployment) {
        return new TestingTopic<>(deployment.kafka(), deployment.topics().samples(), Sample.class);
    }
}
