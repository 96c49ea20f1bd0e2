package io.tamor.jobs.snapshot;

import io.tamor.jobs.config.SnapshotOptions;
import java.io.IOException;
import org.apache.flink.api.connector.sink2.Committer;
import org.apache.flink.api.connector.sink2.CommitterInitContext;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.api.connector.sink2.SupportsCommitter;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/**
 * Publishes snapshots exactly once with the checkpoints: see {@link SnapshotDirectory} for what a
 * reader finds. Runs at parallelism 1, since versions are one sequence.
 */
public final class SnapshotSink
        implements Sink<SnapshotCandidate>, SupportsCommitter<StagedSnapshot> {
    private final SnapshotOptions options;
    private final SnapshotAnnouncer.Factory announcers;

    public SnapshotSink(SnapshotOptions options, SnapshotAnnouncer.Factory announcers) {
        this.options = options;
        this.announcers = announcers;
    }

    @Override
    public SinkWriter<SnapshotCandidate> createWriter(WriterInitContext context)
            throws IOException {
        return new SnapshotWriter(SnapshotDirectory.at(options.directory()));
    }

    @Override
    public Committer<StagedSnapshot> createCommitter(CommitterInitContext context)
            throws IOException {
        return new SnapshotCommitter(
                SnapshotDirectory.at(options.directory()), options.keep(), announcers.open());
    }

    @Override
    public SimpleVersionedSerializer<StagedSnapshot> getCommittableSerializer() {
        return new StagedSnapshotSerializer();
    }
}
