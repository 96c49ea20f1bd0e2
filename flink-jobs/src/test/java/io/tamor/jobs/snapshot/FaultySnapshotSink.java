package io.tamor.jobs.snapshot;

import io.tamor.jobs.kill.TestingFaults;
import io.tamor.schemas.SnapshotAnnouncement;
import java.io.IOException;
import java.util.Collection;
import org.apache.flink.api.connector.sink2.Committer;
import org.apache.flink.api.connector.sink2.CommitterInitContext;
import org.apache.flink.api.connector.sink2.CommittingSinkWriter;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.api.connector.sink2.SupportsCommitter;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/** The snapshot sink, made to fail at each of its seams. */
public record FaultySnapshotSink(SnapshotSink sink, TestingFaults faults)
        implements Sink<SnapshotCandidate>, SupportsCommitter<StagedSnapshot> {
    public static final String STAGED = "after-staging";
    public static final String BARRIER = "before-the-barrier";
    public static final String COMPLETE = "between-checkpoint-and-commit";
    public static final String RENAMED = "between-rename-and-announcement";
    public static final String ANNOUNCED = "between-announcement-and-its-note";
    public static final String COMMITTED = "between-commit-and-its-acknowledgement";

    /** The sink's announcers, which fail before and after they announce. */
    public static SnapshotAnnouncer.Factory announcers(
            SnapshotAnnouncer.Factory announcers, TestingFaults faults) {
        return () -> new Announcer(announcers.open(), faults);
    }

    private record Announcer(SnapshotAnnouncer announcer, TestingFaults faults)
            implements SnapshotAnnouncer {
        @Override
        public void announce(SnapshotAnnouncement announcement)
                throws IOException, InterruptedException {
            faults.at(RENAMED);
            announcer.announce(announcement);
            faults.at(ANNOUNCED);
        }

        @Override
        public void close() throws IOException {
            announcer.close();
        }
    }

    @Override
    public SinkWriter<SnapshotCandidate> createWriter(WriterInitContext context)
            throws IOException {
        return new Writer((SnapshotWriter) sink.createWriter(context), faults);
    }

    private record Writer(SnapshotWriter writer, TestingFaults faults)
            implements CommittingSinkWriter<SnapshotCandidate, StagedSnapshot> {
        @Override
        public void write(SnapshotCandidate candidate, Context context)
                throws IOException, InterruptedException {
            writer.write(candidate, context);
            faults.at(STAGED);
        }

        @Override
        public Collection<StagedSnapshot> prepareCommit() {
            faults.at(BARRIER);
            return writer.prepareCommit();
        }

        @Override
        public void flush(boolean endOfInput) throws IOException, InterruptedException {
            writer.flush(endOfInput);
        }

        @Override
        public void close() {
            writer.close();
        }
    }

    @Override
    public Committer<StagedSnapshot> createCommitter(CommitterInitContext context)
            throws IOException {
        return new Commits(sink.createCommitter(context), faults);
    }

    @SuppressWarnings("try") // Flink's own close may be interrupted
    private record Commits(Committer<StagedSnapshot> committer, TestingFaults faults)
            implements Committer<StagedSnapshot> {
        @Override
        public void commit(Collection<CommitRequest<StagedSnapshot>> requests)
                throws IOException, InterruptedException {
            if (!requests.isEmpty()) {
                faults.at(COMPLETE);
            }
            committer.commit(requests);
            if (!requests.isEmpty()) {
                faults.at(COMMITTED);
            }
        }

        @Override
        public void close() throws Exception {
            committer.close();
        }
    }

    @Override
    public SimpleVersionedSerializer<StagedSnapshot> getCommittableSerializer() {
        return sink.getCommittableSerializer();
    }
}
