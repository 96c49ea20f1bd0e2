package io.tamor.jobs.snapshot;

import io.tamor.schemas.SnapshotAction;
import io.tamor.schemas.SnapshotAnnouncement;

/**
 * The sink's committable: a snapshot under its staging name.
 *
 * @param parentVersion 0 for none
 * @param stagingName folder below the directory's staging folder
 */
record StagedSnapshot(
        String model,
        long version,
        long parentVersion,
        String manifestSha256,
        long eventTimeMs,
        String softwareVersion,
        String stagingName) {

    /** The announcement once it is published at a URI. */
    SnapshotAnnouncement announcement(String uri) {
        return SnapshotAnnouncement.newBuilder()
                .setModel(model)
                .setVersion(version)
                .setAction(SnapshotAction.PUBLISH)
                .setUri(uri)
                .setManifestSha256(manifestSha256)
                .setParentVersion(parentVersion == 0 ? null : parentVersion)
                .setEventTimeMs(eventTimeMs)
                .setSoftwareVersion(softwareVersion)
                .build();
    }
}
