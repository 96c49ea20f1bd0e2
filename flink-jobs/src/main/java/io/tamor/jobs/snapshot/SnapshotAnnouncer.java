package io.tamor.jobs.snapshot;

import io.tamor.schemas.SnapshotAnnouncement;
import java.io.IOException;
import java.io.Serializable;

/** Tells readers of a published version; returns when the announcement is durable. */
public interface SnapshotAnnouncer extends AutoCloseable {
    void announce(SnapshotAnnouncement announcement) throws IOException, InterruptedException;

    @Override
    void close() throws IOException;

    /** Opens an announcer where the committer runs. */
    @FunctionalInterface
    interface Factory extends Serializable {
        SnapshotAnnouncer open() throws IOException;
    }
}
