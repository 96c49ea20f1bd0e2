package io.tamor.jobs.snapshot;

import java.io.IOException;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import org.apache.flink.api.connector.sink2.Committer;

/**
 * Publishes staged snapshots once their checkpoint is complete, oldest first: rename, announce,
 * note the announcement, then retention. Each step finds out whether it was done before a failure,
 * so a commit can be repeated; a version is never announced with another content. A failure here
 * fails the job, which commits again when it restarts.
 */
final class SnapshotCommitter implements Committer<StagedSnapshot> {
    private final SnapshotDirectory directory;
    private final int keep;
    private final SnapshotAnnouncer announcer;

    SnapshotCommitter(SnapshotDirectory directory, int keep, SnapshotAnnouncer announcer) {
        this.directory = directory;
        this.keep = keep;
        this.announcer = announcer;
    }

    @Override
    public void commit(Collection<CommitRequest<StagedSnapshot>> requests)
            throws IOException, InterruptedException {
        List<StagedSnapshot> staged =
                requests.stream()
                        .map(CommitRequest::getCommittable)
                        .sorted(Comparator.comparingLong(StagedSnapshot::version))
                        .toList();
        for (StagedSnapshot snapshot : staged) {
            commit(snapshot);
        }
        if (!staged.isEmpty()) {
            directory.discardStaged(staged.get(staged.size() - 1).version());
            directory.retain(keep);
        }
    }

    private void commit(StagedSnapshot snapshot) throws IOException, InterruptedException {
        String announced = directory.announcedHash(snapshot.version());
        if (announced != null) {
            if (!announced.equals(snapshot.manifestSha256())) {
                throw new IOException(
                        directory.conflict(
                                snapshot.version(), announced, snapshot.manifestSha256()));
            }
            return;
        }
        directory.publish(snapshot);
        announcer.announce(
                snapshot.announcement(directory.folder(snapshot.version()).toUri().toString()));
        directory.noteAnnounced(snapshot.version(), snapshot.manifestSha256());
    }

    @Override
    public void close() throws IOException {
        announcer.close();
    }
}
