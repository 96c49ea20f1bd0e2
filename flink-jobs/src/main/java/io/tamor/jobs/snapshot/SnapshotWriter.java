package io.tamor.jobs.snapshot;

import io.tamor.jobs.Worker;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.apache.flink.api.connector.sink2.CommittingSinkWriter;
import org.jspecify.annotations.Nullable;

/**
 * Stages each candidate as it comes, on a thread of its own: the learner goes on meanwhile, however
 * slow the file system is. The checkpoint's barrier waits for what is being staged and hands it on.
 * Memory: the bytes of one version, and of the next one that comes before it is staged.
 */
final class SnapshotWriter implements CommittingSinkWriter<SnapshotCandidate, StagedSnapshot> {
    private final SnapshotDirectory directory;
    private final Worker worker = new Worker("snapshot-files");
    private @Nullable FutureTask<StagedSnapshot> staging;
    private List<StagedSnapshot> staged = new ArrayList<>();

    SnapshotWriter(SnapshotDirectory directory) {
        this.directory = directory;
    }

    @Override
    public void write(SnapshotCandidate candidate, Context context)
            throws IOException, InterruptedException {
        await();
        staging = new FutureTask<>(() -> stage(candidate));
        worker.begin(staging);
    }

    private StagedSnapshot stage(SnapshotCandidate candidate) throws IOException {
        return new StagedSnapshot(
                candidate.decision,
                candidate.model,
                candidate.version,
                candidate.takenBack,
                candidate.parentVersion,
                candidate.manifestSha256,
                candidate.eventTimeMs,
                candidate.softwareVersion,
                candidate.reason,
                candidate.decision == SnapshotDecision.ROLLBACK ? "" : directory.stage(candidate));
    }

    /** Waits until the candidate that came last is staged. */
    private void await() throws IOException, InterruptedException {
        FutureTask<StagedSnapshot> last = staging;
        if (last == null) {
            return;
        }
        staging = null;
        try {
            staged.add(last.get());
        } catch (ExecutionException e) {
            throw new IOException("snapshot: a version cannot be staged", e.getCause());
        }
    }

    @Override
    public Collection<StagedSnapshot> prepareCommit() {
        List<StagedSnapshot> ready = staged;
        staged = new ArrayList<>();
        return ready;
    }

    @Override
    public void flush(boolean endOfInput) throws IOException, InterruptedException {
        await();
    }

    /** Ends the thread; what is half staged is never published, and discarded by a later commit. */
    @Override
    public void close() {
        worker.close();
    }
}
