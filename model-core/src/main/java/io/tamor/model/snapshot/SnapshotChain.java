package io.tamor.model.snapshot;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How versions hang together: each names its parent, with the hash of the parent's manifest. After
 * a rollback two versions can have the same parent.
 */
public final class SnapshotChain {
    private SnapshotChain() {}

    /** A version of a chain; its manifest has the hash that the next one names. */
    record Link(SnapshotFolder folder, Manifest manifest) {}

    /**
     * Everything that is wrong with how versions follow each other: a parent that is there must
     * have the hash that its child names, and only the first one's parent may be gone. A version
     * without a parent begins anew: what a new model's first one is, whatever was there before.
     * Rejected versions are no part of it.
     *
     * @param oldestFirst the published versions that are kept
     */
    public static List<String> verify(List<SnapshotFolder> oldestFirst) throws IOException {
        List<String> problems = new ArrayList<>();
        SortedMap<Long, String> hashes = new TreeMap<>();
        for (SnapshotFolder folder : oldestFirst) {
            Manifest manifest = folder.manifest();
            Parent parent = manifest.parent();
            String there = parent == null ? null : hashes.get(parent.version());
            if (parent != null && there != null && !there.equals(parent.manifestSha256())) {
                problems.add(
                        "snapshot "
                                + manifest.version()
                                + " follows "
                                + parent
                                + ", that version's manifest has hash "
                                + there);
            } else if (parent != null
                    && there == null
                    && !hashes.isEmpty()
                    && parent.version() > hashes.firstKey()) {
                problems.add(
                        "snapshot "
                                + manifest.version()
                                + " follows "
                                + parent
                                + ", which is not there; there are "
                                + hashes.keySet());
            }
            hashes.put(manifest.version(), folder.manifestSha256());
        }
        return problems;
    }

    /**
     * The versions that a version is read from: a full one, then the deltas on it, oldest first,
     * the version itself last. Refuses a chain that is not whole. The files are not looked at yet.
     */
    static List<Link> whole(SnapshotFolder folder, Manifest manifest) throws IOException {
        Deque<Link> chain = new ArrayDeque<>();
        chain.push(new Link(folder, manifest));
        SnapshotFolder at = folder;
        Manifest child = manifest;
        for (Parent parent = child.parent(); child.delta() && parent != null; ) {
            at = at.sibling(parent.version());
            child = parent(at, child, parent);
            chain.push(new Link(at, child));
            parent = child.parent();
        }
        return List.copyOf(chain);
    }

    private static Manifest parent(SnapshotFolder folder, Manifest child, Parent parent)
            throws IOException {
        String where = folder.where(Manifest.FILE);
        String broken = "snapshot " + child.version() + " is a delta on " + parent + ", ";
        byte[] bytes;
        try {
            bytes = folder.manifestBytes();
        } catch (IOException e) {
            throw new IOException(
                    broken
                            + "which cannot be read from "
                            + where
                            + "; fetch the whole chain down to a full version",
                    e);
        }
        String found = Sha256.hex(bytes);
        if (!found.equals(parent.manifestSha256())) {
            throw new IOException(broken + where + " has hash " + found);
        }
        Manifest manifest = ManifestJson.read(bytes, where);
        if (manifest.version() != parent.version()
                || !manifest.modelSha256().equals(child.modelSha256())) {
            throw new IOException(
                    broken
                            + where
                            + " holds version "
                            + manifest.version()
                            + " of model "
                            + manifest.modelSha256()
                            + ", the delta's model is "
                            + child.modelSha256());
        }
        return manifest;
    }

    /** The versions that must be kept for a version to be read, itself included. */
    public static List<Long> needed(SnapshotFolder folder) throws IOException {
        return whole(folder, folder.manifest()).stream()
                .map(link -> link.manifest().version())
                .toList();
    }
}
