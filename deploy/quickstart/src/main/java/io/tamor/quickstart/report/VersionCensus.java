package io.tamor.quickstart.report;

import io.tamor.jobs.snapshot.FlinkSnapshotStore;
import io.tamor.jobs.snapshot.SnapshotDirectory;
import io.tamor.model.gate.GateReport;
import io.tamor.model.snapshot.Manifest;
import io.tamor.model.snapshot.SnapshotFolder;
import io.tamor.schemas.SnapshotAction;
import io.tamor.schemas.SnapshotAnnouncement;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What became of each version: published, taken back since, or rejected by the gate with its
 * reason, as the announcements and the folder of rejected versions tell.
 */
final class VersionCensus {
    private final String directory;

    /** {@code directory}: the deployment's snapshots. */
    VersionCensus(String directory) {
        this.directory = directory;
    }

    /** Every version, by its number; the announcements are in the order they were made. */
    List<RunReport.Snapshot> of(List<SnapshotAnnouncement> announced) {
        Map<Long, String> takenBack = new HashMap<>();
        long live = 0;
        for (SnapshotAnnouncement announcement : announced) {
            if (announcement.getAction() == SnapshotAction.ROLLBACK) {
                takenBack.put(live, "taken back for version " + announcement.getVersion());
            }
            live = announcement.getVersion();
        }
        List<RunReport.Snapshot> versions = new ArrayList<>();
        for (SnapshotAnnouncement announcement : announced) {
            if (announcement.getAction() == SnapshotAction.PUBLISH) {
                String reason = takenBack.getOrDefault(announcement.getVersion(), "");
                versions.add(
                        new RunReport.Snapshot(
                                announcement.getVersion(),
                                announcement.getUri(),
                                reason.isEmpty(),
                                reason,
                                announcement.getEventTimeMs()));
            }
        }
        versions.addAll(rejected());
        versions.sort(Comparator.comparingLong(RunReport.Snapshot::version));
        return versions;
    }

    private List<RunReport.Snapshot> rejected() {
        List<RunReport.Snapshot> versions = new ArrayList<>();
        try {
            SnapshotDirectory snapshots = SnapshotDirectory.at(directory);
            for (long version : snapshots.rejected()) {
                FlinkSnapshotStore store =
                        new FlinkSnapshotStore(snapshots.rejectedFolder(version));
                Manifest manifest = new SnapshotFolder(store).manifest();
                GateReport gate = manifest.gate();
                versions.add(
                        new RunReport.Snapshot(
                                version,
                                store.where(),
                                false,
                                "rejected: " + (gate == null ? "" : gate.reason()),
                                manifest.progress().watermarkMs()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return versions;
    }
}
