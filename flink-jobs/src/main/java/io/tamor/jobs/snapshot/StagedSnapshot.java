package io.tamor.jobs.snapshot;

import io.tamor.schemas.SnapshotAction;
import io.tamor.schemas.SnapshotAnnouncement;
import java.util.Comparator;

/**
 * The sink's committable: a decision, and the snapshot under its staging name.
 *
 * @param version a rollback: the version to go back to
 * @param takenBack a rollback: the version that is taken back; 0 otherwise
 * @param parentVersion 0 for none
 * @param reason a rollback: where the version taken back did worse; empty otherwise
 * @param stagingName folder below the directory's staging folder; empty for a rollback
 */
record StagedSnapshot(
        SnapshotDecision decision,
        String model,
        long version,
        long takenBack,
        long parentVersion,
        String manifestSha256,
        long eventTimeMs,
        String softwareVersion,
        String reason,
        String stagingName) {

    /** The order of the decisions: a version is taken back after it was published. */
    static final Comparator<StagedSnapshot> IN_ORDER =
            Comparator.comparingLong(StagedSnapshot::decidedOn)
                    .thenComparing(StagedSnapshot::decision);

    /** The version that was newest when it was decided. */
    private long decidedOn() {
        return decision == SnapshotDecision.ROLLBACK ? takenBack : version;
    }

    /** The announcement of a version that is published at a URI. */
    SnapshotAnnouncement announcement(String uri) {
        return SnapshotAnnouncement.newBuilder()
                .setModel(model)
                .setVersion(version)
                .setAction(
                        decision == SnapshotDecision.ROLLBACK
                                ? SnapshotAction.ROLLBACK
                                : SnapshotAction.PUBLISH)
                .setUri(uri)
                .setManifestSha256(manifestSha256)
                .setParentVersion(parentVersion == 0 ? null : parentVersion)
                .setEventTimeMs(eventTimeMs)
                .setSoftwareVersion(softwareVersion)
                .setReason(reason.isEmpty() ? null : reason)
                .build();
    }
}
