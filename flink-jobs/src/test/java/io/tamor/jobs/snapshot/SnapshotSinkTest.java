package io.tamor.jobs.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tamor.model.snapshot.LocalSnapshotStore;
import io.tamor.model.snapshot.Parent;
import io.tamor.model.snapshot.Sha256;
import io.tamor.model.snapshot.SnapshotFolder;
import io.tamor.schemas.SnapshotAction;
import io.tamor.schemas.SnapshotAnnouncement;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;
import org.apache.flink.api.connector.sink2.Committer.CommitRequest;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.core.memory.DataOutputSerializer;
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
        assertThat(contentOf("v00000001")).isEqualTo("one");
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
    void versionsOfOneCheckpointAreStagedInTheirOrder() throws Exception {
        List<StagedSnapshot> staged = stage(candidate(1, "one"), candidate(2, "two"));
        assertThat(staged).extracting(StagedSnapshot::version).containsExactly(1L, 2L);
        commit(staged);
        assertThat(directory.published()).containsExactly(1L, 2L);
        assertThat(contentOf("v00000001")).isEqualTo("one");
    }

    @Test
    void aVersionThatCannotBeStagedFailsTheCheckpoint() throws Exception {
        Files.createFile(folder.resolve(".staging"));
        assertThatThrownBy(() -> stage(candidate(1, "one")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("cannot be staged");
        assertThat(directory.published()).isEmpty();
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
    void aMarkThatAFailureCutShortIsWrittenAgain() throws Exception {
        List<StagedSnapshot> staged = stage(candidate(1, "one"), rollback(1, 2), candidate(2, "2"));
        commit(staged);
        for (String mark : List.of("v00000001", "v00000002", "v00000002.taken-back")) {
            Path file = folder.resolve(".announced").resolve(mark);
            byte[] whole = Files.readAllBytes(file);
            Files.write(file, Arrays.copyOf(whole, 10));
            commit(staged);
            assertThat(file).hasBinaryContent(whole);
        }
        assertThat(announcer.announced)
                .extracting(a -> a.getAction() + " " + a.getVersion())
                .containsExactly(
                        "PUBLISH 1",
                        "PUBLISH 2",
                        "ROLLBACK 1",
                        "PUBLISH 1",
                        "PUBLISH 2",
                        "ROLLBACK 1");
    }

    /** As after a restore from an older savepoint. */
    @Test
    void aVersionThatIsTakenBackOnceMoreLaterIsAnnouncedOnceMore() throws Exception {
        commit(stage(candidate(1, "one"), candidate(2, "2")));
        commit(stage(rollback(1, 2)));
        commit(stage(candidate(3, "3")));
        SnapshotCandidate later = rollback(1, 2);
        later.eventTimeMs++;
        List<StagedSnapshot> again = stage(later);
        commit(again);
        commit(again);
        assertThat(announcer.announced)
                .extracting(a -> a.getAction() + " " + a.getVersion())
                .containsExactly("PUBLISH 1", "PUBLISH 2", "ROLLBACK 1", "PUBLISH 3", "ROLLBACK 1");
    }

    @Test
    void aMarkOfABuildThatNotedNoTimeHolds() throws Exception {
        List<StagedSnapshot> staged = stage(candidate(1, "one"), rollback(1, 2), candidate(2, "2"));
        commit(staged);
        Files.writeString(
                folder.resolve(".announced/v00000002.taken-back"),
                announcer.announced.get(2).getManifestSha256());
        commit(staged);
        assertThat(announcer.announced).hasSize(3);
    }

    @Test
    void aRenameThatGoesFileByFileAndWasCutShortIsEnded() throws Exception {
        for (String done : List.of("model.safetensors", "manifest.json")) {
            for (boolean copied : new boolean[] {true, false}) {
                int version = announcer.announced.size() + 1;
                List<StagedSnapshot> staged = stage(candidate(version, "new"));
                Path source = folder.resolve(".staging").resolve(staged.get(0).stagingName());
                Path target = folder.resolve(SnapshotFolder.name(version));
                Files.createDirectories(target);
                Files.copy(source.resolve(done), target.resolve(done));
                if (!copied) {
                    Files.delete(source.resolve(done));
                }
                commit(staged);
                assertThat(new SnapshotFolder(new LocalSnapshotStore(target)).verify()).isEmpty();
                assertThat(announcer.announced).hasSize(version);
            }
        }
        assertThat(children(".staging")).isEmpty();
    }

    @Test
    void whatCannotBeDeletedTakesNoVersionBack() throws Exception {
        commit(stage(candidate(1, "one")));
        Files.delete(folder.resolve("v00000001/manifest.json"));
        commit(stage(delta(2, 1, announcer.announced.get(0).getManifestSha256())));
        commit(stage(candidate(3, "three")));
        assertThat(announcer.announced)
                .extracting(SnapshotAnnouncement::getVersion)
                .containsExactly(1L, 2L, 3L);
        commit(stage(candidate(4, "four")));
        assertThat(directory.published()).containsExactly(3L, 4L);
    }

    @Test
    void whatAFailedAttemptLeftStagedIsNeverPublishedAndIsClearedAway() throws Exception {
        stage(candidate(1, "lost timeline"));
        commit(stage(candidate(1, "kept timeline")));
        assertThat(contentOf("v00000001")).isEqualTo("kept timeline");
        assertThat(children(".staging")).isEmpty();
    }

    @Test
    void aVersionIsNeverReplacedByAnotherContent() throws Exception {
        commit(stage(candidate(1, "one")));
        List<StagedSnapshot> other = stage(candidate(1, "another"));
        assertThatThrownBy(() -> commit(other))
                .hasMessageContaining("version 1")
                .hasMessageContaining("another learner writes here");
        assertThat(contentOf("v00000001")).isEqualTo("one");
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
        SnapshotCandidate rollback = rollback(7, 8);
        for (SnapshotCandidate candidate : List.of(candidate(7, "seven"), rollback)) {
            StagedSnapshot staged = stage(candidate).get(0);
            SimpleVersionedSerializer<StagedSnapshot> serializer = new StagedSnapshotSerializer();
            byte[] stored = serializer.serialize(staged);
            assertThat(serializer.deserialize(serializer.getVersion(), stored)).isEqualTo(staged);
            assertThatThrownBy(() -> serializer.deserialize(4, stored))
                    .hasMessageContaining("reads versions 1 to 3, found 4");
        }
    }

    @Test
    void aCommittableOfVersion1IsAPublication() throws Exception {
        DataOutputSerializer out = new DataOutputSerializer(64);
        out.writeUTF("test");
        out.writeLong(7);
        out.writeLong(6);
        out.writeUTF("hash");
        out.writeLong(1000);
        out.writeUTF("1");
        out.writeUTF("v00000007-x");
        assertThat(new StagedSnapshotSerializer().deserialize(1, out.getCopyOfBuffer()))
                .isEqualTo(
                        new StagedSnapshot(
                                SnapshotDecision.PUBLISH,
                                "test",
                                7,
                                0,
                                6,
                                "hash",
                                1000,
                                "1",
                                "",
                                "v00000007-x"));
    }

    @Test
    void aRollbackOfVersion2HasNoReason() throws Exception {
        DataOutputSerializer out = new DataOutputSerializer(64);
        out.writeInt(3);
        out.writeLong(8);
        out.writeUTF("test");
        out.writeLong(7);
        out.writeLong(6);
        out.writeUTF("hash");
        out.writeLong(1000);
        out.writeUTF("1");
        out.writeUTF("");
        assertThat(new StagedSnapshotSerializer().deserialize(2, out.getCopyOfBuffer()))
                .isEqualTo(
                        new StagedSnapshot(
                                SnapshotDecision.ROLLBACK,
                                "test",
                                7,
                                8,
                                6,
                                "hash",
                                1000,
                                "1",
                                "",
                                ""));
    }

    @Test
    void aRejectedVersionIsKeptApartAndNotAnnounced() throws Exception {
        commit(stage(candidate(1, "one")));
        SnapshotCandidate bad = candidate(2, "bad");
        bad.decision = SnapshotDecision.REJECT;
        List<StagedSnapshot> staged = stage(bad);
        commit(staged);
        commit(staged);
        assertThat(directory.published()).containsExactly(1L);
        assertThat(directory.rejected()).containsExactly(2L);
        assertThat(directory.highestVersion()).isEqualTo(2);
        assertThat(contentOf("rejected/v00000002")).isEqualTo("bad");
        assertThat(announcer.announced).hasSize(1);
        for (int version = 3; version <= 5; version++) {
            SnapshotCandidate worse = candidate(version, "worse");
            worse.decision = SnapshotDecision.REJECT;
            commit(stage(worse));
        }
        assertThat(directory.rejected()).containsExactly(4L, 5L);
        assertThat(directory.published()).containsExactly(1L);
    }

    @Test
    void aRollbackIsAnnouncedOnceAfterTheVersionItTakesBack() throws Exception {
        List<StagedSnapshot> staged = new ArrayList<>(stage(rollback(1, 2)));
        staged.addAll(stage(candidate(2, "two")));
        staged.addAll(stage(candidate(1, "one")));
        staged.addAll(stage(candidate(3, "three")));
        announcer.failures = 1;
        assertThatThrownBy(() -> commit(staged)).hasMessageContaining("no broker");
        commit(staged);
        commit(staged);
        assertThat(announcer.announced)
                .extracting(a -> a.getAction() + " " + a.getVersion())
                .containsExactly("PUBLISH 1", "PUBLISH 2", "ROLLBACK 1", "PUBLISH 3");
        SnapshotAnnouncement back = announcer.announced.get(2);
        assertThat(back.getUri()).endsWith("/v00000001");
        assertThat(back.getReason()).isEqualTo("it did worse");
        assertThat(announcer.announced.get(0).getReason()).isNull();
        assertThat(back.getManifestSha256())
                .isEqualTo(announcer.announced.get(0).getManifestSha256());
    }

    @Test
    void retentionKeepsWhatAKeptDeltaIsReadFromAndWhatReadersCouldBeSentBackTo() throws Exception {
        commit(stage(candidate(1, "old")));
        commit(stage(candidate(2, "full")));
        String full = announcer.announced.get(1).getManifestSha256();
        SnapshotCandidate delta = delta(3, 2, full);
        commit(stage(delta));
        commit(stage(delta(4, 3, delta.manifestSha256)));
        assertThat(directory.published()).containsExactly(2L, 3L, 4L);
        commit(stage(candidate(5, "five")));
        SnapshotCandidate last = candidate(6, "six");
        commit(stage(last));
        assertThat(directory.published()).containsExactly(5L, 6L);
        SnapshotCandidate afterRollback = delta(7, 6, last.manifestSha256);
        commit(stage(afterRollback));
        directory.retain(1);
        assertThat(directory.published()).containsExactly(6L, 7L);
    }

    private List<StagedSnapshot> stage(SnapshotCandidate... candidates) throws Exception {
        try (SnapshotWriter writer = new SnapshotWriter(directory)) {
            for (SnapshotCandidate candidate : candidates) {
                writer.write(candidate, null);
            }
            writer.flush(false);
            List<StagedSnapshot> staged = List.copyOf(writer.prepareCommit());
            assertThat(writer.prepareCommit()).isEmpty();
            return staged;
        }
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

    private String contentOf(String version) throws IOException {
        return new SnapshotFolder(new LocalSnapshotStore(folder.resolve(version)))
                .manifest()
                .softwareVersion();
    }

    private static SnapshotCandidate candidate(long version, String content) throws IOException {
        return TestingCandidates.of(version, null, content);
    }

    private static SnapshotCandidate delta(long version, long parent, String hash)
            throws IOException {
        return TestingCandidates.of(version, new Parent(parent, hash), "delta");
    }

    private static SnapshotCandidate rollback(long version, long takenBack) throws IOException {
        SnapshotCandidate good = candidate(version, "one");
        SnapshotCandidate rollback = new SnapshotCandidate();
        rollback.decision = SnapshotDecision.ROLLBACK;
        rollback.model = "test";
        rollback.version = version;
        rollback.takenBack = takenBack;
        rollback.reason = "it did worse";
        rollback.manifestSha256 = good.manifestSha256;
        rollback.softwareVersion = "1";
        return rollback;
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
