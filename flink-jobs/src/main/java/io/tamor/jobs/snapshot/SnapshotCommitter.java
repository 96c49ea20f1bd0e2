package io.tamor.jobs.snapshot;

import java.io.IOException;
import java.util.Collection;
import java.util.List;
import org.apache.flink.api.connector.sink2.Committer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out decisions once their checkpoint is complete, in their order, then retention. Publish:
 * rename, announce, note the announcement. Reject: rename. Roll back: announce, note it. Each step
 * finds out whether it was done before a failure, so a commit can be repeated; a version is never
 * announced with another content. A failure here fails the job, which commits again when it
 * restarts; one of retention is logged, and what it left is deleted with a later version.
 */
final class SnapshotCommitter implements Committer<StagedSnapshot> {
    private static final Logger LOG = LoggerFactory.getLogger(SnapshotCommitter.class);

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
                        .sorted(StagedSnapshot.IN_ORDER)
                        .toList();
        for (StagedSnapshot snapshot : staged) {
            commit(snapshot);
        }
        if (!staged.isEmpty()) {
            tidyUp(staged.stream().mapToLong(StagedSnapshot::version).max().getAsLong());
        }
    }

    /** What has been announced stays so, whatever happens to what is to be deleted. */
    private void tidyUp(long upToVersion) {
        try {
            directory.discardStaged(upToVersion);
            directory.retain(keep);
        } catch (IOException e) {
            LOG.warn(
                    "Snapshots: what is no longer kept could not be deleted; it is tried again with"
                            + " the next version",
                    e);
        }
    }

    private void commit(StagedSnapshot snapshot) throws IOException, InterruptedException {
        switch (snapshot.decision()) {
            case PUBLISH -> {
                if (!announced(snapshot, directory.announcedHash(snapshot.version()))) {
                    directory.publish(snapshot);
                    announce(snapshot);
                    directory.noteAnnounced(snapshot.version(), snapshot.manifestSha256());
                }
            }
            case REJECT -> directory.reject(snapshot);
            case ROLLBACK -> {
                if (!announced(
                        snapshot,
                        directory.takenBackHash(snapshot.takenBack(), snapshot.eventTimeMs()))) {
                    announce(snapshot);
                    directory.noteTakenBack(
                            snapshot.takenBack(),
                            snapshot.manifestSha256(),
                            snapshot.eventTimeMs());
                }
            }
        }
    }

    private boolean announced(StagedSnapshot snapshot, @Nullable String hash) throws IOException {
        if (hash != null && !hash.equals(snapshot.manifestSha256())) {
            throw new IOException(
                    directory.conflict(snapshot.version(), hash, snapshot.manifestSha256()));
        }
        return hash != null;
    }

    private void announce(StagedSnapshot snapshot) throws IOException, InterruptedException {
        announcer.announce(
                snapshot.announcement(directory.folder(snapshot.version()).toUri().toString()));
    }

    @Override
    public void close() throws IOException {
        announcer.close();
    }
}
