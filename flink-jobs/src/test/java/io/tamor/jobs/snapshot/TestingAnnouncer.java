package io.tamor.jobs.snapshot;

import io.tamor.schemas.SnapshotAnnouncement;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Keeps what is announced, in order; fails as often as it is told to. */
final class TestingAnnouncer implements SnapshotAnnouncer {
    final List<SnapshotAnnouncement> announced = new CopyOnWriteArrayList<>();
    int failures;

    @Override
    public void announce(SnapshotAnnouncement announcement) throws IOException {
        if (failures > 0) {
            failures--;
            throw new IOException("no broker");
        }
        announced.add(announcement);
    }

    @Override
    public void close() {
        // Nothing is held.
    }
}
