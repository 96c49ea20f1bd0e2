package io.tamor.jobs.snapshot;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.apache.flink.api.connector.sink2.CommittingSinkWriter;

/** Stages each candidate as it comes; the checkpoint's barrier hands what is staged on. */
final class SnapshotWriter implements CommittingSinkWriter<SnapshotCandidate, StagedSnapshot> {
    private final SnapshotDirectory directory;
    private List<StagedSnapshot> staged = new ArrayList<>();

    SnapshotWriter(SnapshotDirectory directory) {
        this.directory = directory;
    }

    @Override
    public void write(SnapshotCandidate candidate, Context context) throws IOException {
        staged.add(
                new StagedSnapshot(
                        candidate.decision,
                        candidate.model,
                        candidate.version,
                        candidate.takenBack,
                        candidate.parentVersion,
                        candidate.manifestSha256,
                        candidate.eventTimeMs,
                        candidate.softwareVersion,
                        candidate.reason,
                        candidate.decision == SnapshotDecision.ROLLBACK
                                ? ""
                                : directory.stage(candidate)));
    }

    @Override
    public Collection<StagedSnapshot> prepareCommit() {
        List<StagedSnapshot> ready = staged;
        staged = new ArrayList<>();
        return ready;
    }

    @Override
    public void flush(boolean endOfInput) {
        // Staging is done when write returns.
    }

    @Override
    public void close() {
        // Nothing is held open between candidates.
    }
}
