package io.tamor.quickstart.report;

import io.tamor.model.snapshot.LocalSnapshotStore;
import io.tamor.model.snapshot.SnapshotChain;
import io.tamor.model.snapshot.SnapshotFolder;
import io.tamor.schemas.SnapshotAction;
import io.tamor.schemas.SnapshotAnnouncement;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What must hold of the announced snapshots: there is one; every one that is kept has the manifest
 * that was announced, the files that its manifest vouches for, and follows the one before it.
 */
final class SnapshotChecks {
    private final int keep;

    /** {@code keep}: versions that retention leaves. */
    SnapshotChecks(int keep) {
        this.keep = keep;
    }

    /** Checks announcements in the order they were made. */
    List<RunReport.Check> of(List<SnapshotAnnouncement> decisions) {
        List<SnapshotAnnouncement> announced =
                decisions.stream().filter(a -> a.getAction() == SnapshotAction.PUBLISH).toList();
        List<SnapshotAnnouncement> kept =
                announced.subList(Math.max(0, announced.size() - keep), announced.size());
        List<String> problems = new ArrayList<>();
        List<SnapshotFolder> folders = new ArrayList<>();
        for (SnapshotAnnouncement announcement : kept) {
            SnapshotFolder snapshot =
                    new SnapshotFolder(new LocalSnapshotStore(folder(announcement.getUri())));
            folders.add(snapshot);
            try {
                problems.addAll(snapshot.verify());
                String hash = snapshot.manifestSha256();
                if (!hash.equals(announcement.getManifestSha256())) {
                    problems.add(
                            announcement.getUri()
                                    + ": announced with manifest "
                                    + announcement.getManifestSha256()
                                    + ", found "
                                    + hash);
                }
            } catch (IOException e) {
                problems.add(announcement.getUri() + ": " + e.getMessage());
            }
        }
        try {
            if (problems.isEmpty()) {
                problems.addAll(SnapshotChain.verify(folders));
            }
        } catch (IOException e) {
            problems.add(String.valueOf(e.getMessage()));
        }
        return List.of(
                new RunReport.Check(
                        "a snapshot is published",
                        !announced.isEmpty(),
                        announced.size() + " announced"),
                new RunReport.Check(
                        "every published snapshot verifies",
                        problems.isEmpty(),
                        problems.isEmpty()
                                ? kept.size() + " verified, hashes and chain"
                                : String.join("; ", problems)));
    }

    /** A local folder by its URI, or as Flink writes paths: not escaped. */
    private static Path folder(String uri) {
        try {
            return Path.of(new URI(uri));
        } catch (URISyntaxException e) {
            return Path.of(new org.apache.flink.core.fs.Path(uri).getPath());
        }
    }
}
