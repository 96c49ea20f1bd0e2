package io.tamor.jobs.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tamor.model.snapshot.Sha256;
import io.tamor.schemas.SnapshotAction;
import io.tamor.schemas.SnapshotAnnouncement;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;
import org.apache.flink.api.connector.sink2.Committer.CommitRequest;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SnapshotSinkTest {
    @TempDir Path folder;
    private SnapshotDirectory directory;
    private final TestingAnnouncer announcer = new TestingAnnouncer();

    @BeforeEach
    void open() throws IOException {
        directory = SnapshotDirectory.at(folder.toUri().toString());
    }

    @Test
    void aStagedSnapshotIsNoVersionUntilItIsCommitted() throws Exception {
        List<StagedSnapshot> staged = stage(candidate(1, "one"));
        assertThat(directory.published()).isEmpty();
        assertThat(directory.highestVersion()).isZero();
        commit(staged);
        assertThat(directory.published()).containsExactly(1L);
        assertThat(Files.readString(folder.resolve("v00000001/model.safetensors")))
                .isEqualTo("one");
        assertThat(children(".staging")).isEmpty();
        SnapshotAnnouncement announcement = announcer.announced.get(0);
        assertThat(announcement.getVersion()).isEqualTo(1);
        assertThat(announcement.getAction()).isEqualTo(SnapshotAction.PUBLISH);
        assertThat(announcement.getParentVersion()).isNull();
        assertThat(announcement.getUri()).endsWith("/v00000001");
        assertThat(announcement.getManifestSha256())
                .isEqualTo(
                        Sha256.hex(Files.readAllBytes(folder.resolve("v00000001/manifest.json"))));
    }

    @Test
    void aCommitThatIsRepeatedAnnouncesOnce() throws Exception {
        List<StagedSnapshot> staged = stage(candidate(1, "one"));
        commit(staged);
        commit(staged);
        assertThat(announcer.announced).hasSize(1);
    }

    @Test
    void aCommitThatFailedBetweenRenameAndAnnouncementIsFinishedByTheNext() throws Exception {
        List<StagedSnapshot> staged = stage(candidate(1, "one"));
        announcer.failures = 1;
        assertThatThrownBy(() -> commit(staged)).hasMessageContaining("no broker");
        assertThat(directory.published()).containsExactly(1L);
        commit(staged);
        assertThat(announcer.announced).hasSize(1);
    }

    @Test
    void whatAFailedAttemptLeftStagedIsNeverPublishedAndIsClearedAway() throws Exception {
        stage(candidate(1, "lost timeline"));
        commit(stage(candidate(1, "kept timeline")));
        assertThat(Files.readString(folder.resolve("v00000001/model.safetensors")))
                .isEqualTo("kept timeline");
        assertThat(children(".staging")).isEmpty();
    }

    @Test
    void aVersionIsNeverReplacedByAnotherContent() throws Exception {
        commit(stage(candidate(1, "one")));
        List<StagedSnapshot> other = stage(candidate(1, "another"));
        assertThatThrownBy(() -> commit(other))
                .hasMessageContaining("version 1")
                .hasMessageContaining("another learner writes here");
        assertThat(Files.readString(folder.resolve("v00000001/model.safetensors")))
                .isEqualTo("one");
        assertThat(announcer.announced).hasSize(1);
    }

    @Test
    void retentionKeepsTheNewestAndTheirNumbersStayTaken() throws Exception {
        for (int version = 1; version <= 5; version++) {
            commit(stage(candidate(version, "v" + version)));
        }
        assertThat(directory.published()).containsExactly(4L, 5L);
        assertThat(announcer.announced)
                .extracting(SnapshotAnnouncement::getVersion)
                .containsExactly(1L, 2L, 3L, 4L, 5L);
        directory.retain(0);
        assertThat(directory.published()).isEmpty();
        assertThat(directory.highestVersion()).isEqualTo(5);
    }

    @Test
    void aVersionCommittedAgainAfterRetentionDeletedItIsLeftAlone() throws Exception {
        List<StagedSnapshot> first = stage(candidate(1, "one"));
        commit(first);
        commit(stage(candidate(2, "two")));
        commit(stage(candidate(3, "three")));
        commit(first);
        assertThat(directory.published()).containsExactly(2L, 3L);
        assertThat(announcer.announced).hasSize(3);
    }

    @Test
    void severalCommitsAtOnceAreAnnouncedInOrder() throws Exception {
        List<StagedSnapshot> staged = new ArrayList<>(stage(candidate(2, "two")));
        staged.addAll(stage(candidate(1, "one")));
        commit(staged);
        assertThat(announcer.announced)
                .extracting(SnapshotAnnouncement::getVersion)
                .containsExactly(1L, 2L);
    }

    @Test
    void theCommittableSurvivesItsStoredForm() throws Exception {
        StagedSnapshot staged = stage(candidate(7, "seven")).get(0);
        SimpleVersionedSerializer<StagedSnapshot> serializer = new StagedSnapshotSerializer();
        byte[] stored = serializer.serialize(staged);
        assertThat(serializer.deserialize(serializer.getVersion(), stored)).isEqualTo(staged);
        assertThatThrownBy(() -> serializer.deserialize(2, stored))
                .hasMessageContaining("reads version 1, found 2");
    }

    private List<StagedSnapshot> stage(SnapshotCandidate candidate) throws IOException {
        SnapshotWriter writer = new SnapshotWriter(directory);
        writer.write(candidate, null);
        List<StagedSnapshot> staged = List.copyOf(writer.prepareCommit());
        assertThat(writer.prepareCommit()).isEmpty();
        return staged;
    }

    private void commit(List<StagedSnapshot> staged) throws Exception {
        Collection<CommitRequest<StagedSnapshot>> requests = new ArrayList<>();
        staged.forEach(snapshot -> requests.add(new TestingRequest(snapshot)));
        new SnapshotCommitter(directory, 2, announcer).commit(requests);
    }

    private List<String> children(String name) throws IOException {
        try (Stream<Path> children = Files.list(folder.resolve(name))) {
            return children.map(child -> child.getFileName().toString()).toList();
        }
    }

    private static SnapshotCandidate candidate(long version, String content) {
        SnapshotCandidate candidate = new SnapshotCandidate();
        byte[] manifest = ("{\"of\": \"" + content + "\"}").getBytes(StandardCharsets.UTF_8);
        candidate.model = "test";
        candidate.version = version;
        candidate.parentVersion = version - 1;
        candidate.manifestSha256 = Sha256.hex(manifest);
        candidate.eventTimeMs = 1_000 * version;
        candidate.softwareVersion = "1";
        candidate.names = new String[] {"model.safetensors", "manifest.json"};
        candidate.contents = new byte[][] {content.getBytes(StandardCharsets.UTF_8), manifest};
        return candidate;
    }

    private record TestingRequest(StagedSnapshot getCommittable)
            implements CommitRequest<StagedSnapshot> {
        @Override
        public int getNumberOfRetries() {
            return 0;
        }

        @Override
        public void signalFailedWithKnownReason(Throwable t) {
            throw new AssertionError(t);
        }

        @Override
        public void signalFailedWithUnknownReason(Throwable t) {
            throw new AssertionError(t);
        }

        @Override
        public void retryLater() {
            throw new AssertionError("retried");
        }

        @Override
        public void updateAndRetryLater(StagedSnapshot committable) {
            throw new AssertionError("retried");
        }

        @Override
        public void signalAlreadyCommitted() {
            throw new AssertionError("already committed");
        }
    }
}
