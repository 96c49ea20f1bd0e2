package io.tamor.quickstart.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.learner.LearningJob;
import io.tamor.jobs.timeline.TimelineJob;
import io.tamor.jobs.verify.SampleVerification;
import io.tamor.jobs.verify.VerifiedSamples;
import io.tamor.jobs.verify.logic.Difference;
import io.tamor.model.snapshot.LocalSnapshotStore;
import io.tamor.model.snapshot.Manifest;
import io.tamor.model.snapshot.SnapshotChain;
import io.tamor.model.snapshot.SnapshotFolder;
import io.tamor.quickstart.broker.EmbeddedBroker;
import io.tamor.schemas.RejectedRecord;
import io.tamor.schemas.RejectionCause;
import io.tamor.schemas.Sample;
import io.tamor.schemas.SnapshotAnnouncement;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.apache.flink.api.common.JobID;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Both jobs without an end, on one broker and one cluster, while events come: empty partitions, a
 * topic that falls silent, a savepoint with a changed configuration, a crash. Minutes long and
 * paced by a live system, so it runs on demand: {@code -Dtest.excluded=}.
 */
@Tag("on-demand")
class LiveJobsITCase {
    @TempDir private Path folder;

    @Test
    void samplesAndSnapshotsGoOnThroughSilenceASavepointAndACrash() throws Exception {
        try (EmbeddedBroker broker = EmbeddedBroker.start(folder.resolve("broker"));
                TestingCluster cluster = new TestingCluster(4)) {
            Deployment patient = TestingLive.deployment(broker, folder, "live", "1 h");
            Deployment hasty = TestingLive.deployment(broker, folder, "live", "3 s");
            TestingLive.createTopics(patient);
            try (TestingFeed feed = new TestingFeed(patient);
                    Admin admin = Admin.create(patient.kafka().clientProperties());
                    TestingTopic<Sample> samples =
                            new TestingTopic<>(
                                    patient.kafka(), patient.topics().samples(), Sample.class);
                    TestingTopic<SnapshotAnnouncement> snapshots =
                            new TestingTopic<>(
                                    patient.kafka(),
                                    patient.topics().snapshots(),
                                    SnapshotAnnouncement.class)) {
                List<Sample> expected = feed.expected();
                JobID timeline = cluster.start(TimelineJob::define, patient, null);
                JobID learner = cluster.start(LearningJob::define, patient, null);

                // Conversions fall silent half-way: what their stream has not closed is held.
                TestingLive.feedLive(24, admin, feed, samples);
                List<Sample> closed = TestingLive.maturedBy(TestingFeed.CONVERSION_STEPS, expected);
                samples.until("samples", () -> samples.records().size() >= closed.size());
                samples.until("all events read", () -> TestingLive.eventsAreRead(admin, patient));
                cluster.requireRunning(timeline);
                assertThat(closed).isNotEmpty();
                assertThat(TestingLive.differences(samples.records(), closed)).isEmpty();
                assertThat(problems(snapshots.records())).isEmpty();

                // Stopped with a savepoint; events come meanwhile; goes on with a shorter outage.
                String savepoint = cluster.stop(timeline, folder.resolve("savepoints"), false);
                TestingLive.feedTo(28, feed, samples);
                assertThat(TestingLive.differences(samples.records(), closed)).isEmpty();
                timeline = cluster.start(TimelineJob::define, hasty, savepoint);
                TestingLive.feedLive(32, admin, feed, samples);
                samples.until("held samples", () -> samples.records().size() > closed.size());

                // The learner dies and goes on from its last checkpoint.
                snapshots.until("a version", () -> !snapshots.records().isEmpty());
                String checkpoint = cluster.cancel(learner, folder.resolve("live/checkpoints"));
                TestingLive.feedLive(36, admin, feed, samples);
                learner = cluster.start(LearningJob::define, hasty, checkpoint);
                TestingLive.feedLive(TestingFeed.STEPS, admin, feed, samples);

                List<Sample> all = TestingLive.maturedBy(TestingFeed.STEPS, expected);
                samples.until("every sample", () -> samples.records().size() >= all.size());
                cluster.requireRunning(timeline);
                cluster.stop(timeline, folder.resolve("savepoints"), false);
                samples.readToEnd();
                assertThat(keys(samples.records())).doesNotHaveDuplicates();
                assertThat(TestingLive.differences(samples.records(), all)).isEmpty();

                // The command's oracle reads the topics and says the same of them.
                List<Difference> differences = new ArrayList<>();
                VerifiedSamples verified =
                        new SampleVerification(patient)
                                .run(
                                        new SampleVerification.Request(0, Long.MAX_VALUE, false),
                                        differences::add);
                assertThat(differences).isEmpty();
                assertThat(verified.samples()).isEqualTo(all.size());

                // Drained, its last version holds every sample once.
                samples.until(
                        "all samples read",
                        () ->
                                TestingLive.isRead(
                                        admin, patient.name() + "-learner", samples.ends()));
                cluster.requireRunning(learner);
                cluster.stop(learner, folder.resolve("savepoints"), true);
                snapshots.readToEnd();
                assertThat(problems(snapshots.records())).isEmpty();
                List<Long> versions =
                        versions(snapshots.records()).stream()
                                .map(SnapshotAnnouncement::getVersion)
                                .toList();
                assertThat(versions)
                        .isEqualTo(LongStream.rangeClosed(1, versions.size()).boxed().toList());
                assertThatAllAreLearnedOnce(patient, samples.records(), snapshots.records());
            }
            assertThat(rejectionCauses(patient))
                    .contains(RejectionCause.ORPHAN)
                    .doesNotContain(RejectionCause.LATE, RejectionCause.INVALID);
        }
    }

    private static List<String> keys(List<Sample> samples) {
        return samples.stream().map(s -> s.getImpressionId() + " " + s.getStage()).toList();
    }

    private static List<String> problems(List<SnapshotAnnouncement> announced) throws Exception {
        List<String> problems = new ArrayList<>();
        List<SnapshotFolder> folders = new ArrayList<>();
        for (SnapshotAnnouncement announcement : versions(announced)) {
            SnapshotFolder snapshot = snapshot(announcement);
            folders.add(snapshot);
            problems.addAll(snapshot.verify());
            assertThat(snapshot.manifestSha256()).isEqualTo(announcement.getManifestSha256());
        }
        problems.addAll(SnapshotChain.verify(folders));
        return problems;
    }

    /** An announcement is made at least once: a crash behind it repeats it. */
    private static List<SnapshotAnnouncement> versions(List<SnapshotAnnouncement> announced) {
        return announced.stream().distinct().toList();
    }

    private static SnapshotFolder snapshot(SnapshotAnnouncement announcement) {
        return new SnapshotFolder(
                new LocalSnapshotStore(Path.of(URI.create(announcement.getUri()))));
    }

    private static void assertThatAllAreLearnedOnce(
            Deployment deployment, List<Sample> samples, List<SnapshotAnnouncement> announced)
            throws Exception {
        Manifest last = snapshot(announced.get(announced.size() - 1)).manifest();
        assertThat(last.progress().samples()).isEqualTo(samples.size());
        for (int t = 0; t < deployment.tasks().size(); t++) {
            int task = t;
            assertThat(last.progress().matureLabels().get(deployment.tasks().get(t).name()))
                    .isEqualTo(samples.stream().filter(s -> s.getMasks().get(task)).count());
        }
    }

    private static List<RejectionCause> rejectionCauses(Deployment deployment) throws Exception {
        try (TestingTopic<RejectedRecord> rejected =
                new TestingTopic<>(
                        deployment.kafka(), deployment.topics().rejected(), RejectedRecord.class)) {
            rejected.readToEnd();
            return rejected.records().stream().map(RejectedRecord::getCause).distinct().toList();
        }
    }
}
