package io.tamor.model.snapshot;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
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
     * have the hash that its child names, and only the first one's parent may be gone. So may that
     * of a full version where all that are older are kept for the newest one alone: after a restore
     * from an older savepoint the newest follows one from before those between. A version without a
     * parent begins anew: what a new model's first one is, whatever was there before. Rejected
     * versions are no part of it.
     *
     * @param oldestFirst the published versions that are kept
     */
    public static List<String> verify(List<SnapshotFolder> oldestFirst) throws IOException {
        List<String> problems = new ArrayList<>();
        SortedMap<Long, Link> links = new TreeMap<>();
        for (SnapshotFolder folder : oldestFirst) {
            Manifest manifest = folder.manifest();
            links.put(manifest.version(), new Link(folder, manifest));
        }
        Set<Long> ofNewest = ofNewest(links);
        for (Link link : links.values()) {
            Manifest manifest = link.manifest();
            Parent parent = manifest.parent();
            if (parent == null) {
                continue;
            }
            Link there = links.get(parent.version());
            Set<Long> older = links.headMap(manifest.version()).keySet();
            if (there != null) {
                String hash = there.folder().manifestSha256();
                if (!hash.equals(parent.manifestSha256())) {
                    problems.add(
                            "snapshot "
                                    + manifest.version()
                                    + " follows "
                                    + parent
                                    + ", that version's manifest has hash "
                                    + hash);
                }
            } else if (!older.isEmpty()
                    && parent.version() > links.firstKey()
                    && (manifest.delta() || !ofNewest.containsAll(older))) {
                problems.add(
                        "snapshot "
                                + manifest.version()
                                + " follows "
                                + parent
                                + ", which is not there; there are "
                                + older);
            }
        }
        return problems;
    }

    /** The parent of the newest version, and what that one is read from. */
    private static Set<Long> ofNewest(SortedMap<Long, Link> links) {
        Set<Long> versions = new HashSet<>();
        Link at = links.isEmpty() ? null : links.get(links.lastKey());
        Parent parent = at == null ? null : at.manifest().parent();
        while (parent != null && versions.add(parent.version())) {
            Link next = links.get(parent.version());
            parent = next == null || !next.manifest().delta() ? null : next.manifest().parent();
        }
        return versions;
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
