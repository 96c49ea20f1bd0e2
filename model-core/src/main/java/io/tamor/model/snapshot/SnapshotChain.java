package io.tamor.model.snapshot;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Whether versions follow each other: each names the hash of its parent's manifest. */
public final class SnapshotChain {
    private SnapshotChain() {}

    /**
     * Everything that is wrong with a chain. The first one's parent may be gone; rejected versions
     * between two published ones are no part of it.
     *
     * @param oldestFirst the versions that are kept
     */
    public static List<String> verify(List<SnapshotFolder> oldestFirst) throws IOException {
        List<String> problems = new ArrayList<>();
        @Nullable Parent last = null;
        for (SnapshotFolder folder : oldestFirst) {
            Manifest manifest = folder.manifest();
            if (last != null && !last.equals(manifest.parent())) {
                problems.add(
                        "snapshot "
                                + manifest.version()
                                + " follows "
                                + manifest.parent()
                                + ", the version before it is "
                                + last);
            }
            last = new Parent(manifest.version(), folder.manifestSha256());
        }
        return problems;
    }
}
