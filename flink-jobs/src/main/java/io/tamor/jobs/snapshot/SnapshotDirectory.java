package io.tamor.jobs.snapshot;

import io.tamor.model.snapshot.Manifest;
import io.tamor.model.snapshot.Parent;
import io.tamor.model.snapshot.Sha256;
import io.tamor.model.snapshot.SnapshotChain;
import io.tamor.model.snapshot.SnapshotFolder;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.FileSystem.WriteMode;
import org.apache.flink.core.fs.Path;
import org.jspecify.annotations.Nullable;

/**
 * The folder of a deployment's snapshots, on any Flink file system.
 *
 * <pre>
 * v00000007/               a published version, complete and immutable
 * .staging/v00000008-ID/   a version that no checkpoint has committed yet, or never will, or one
 *                          that retention is deleting
 * rejected/v00000009/      a version that the gate refused, with the reason in its manifest
 * .announced/v00000007     the manifest's SHA-256 of a version that has been announced; kept when
 *                          retention deletes the version, so that its number is never used again
 * .announced/v00000007.taken-back
 *                          the manifest's SHA-256 of the version that readers were sent back to,
 *                          and the event time of the decision in milliseconds
 * </pre>
 *
 * <p>Publishing is a rename. Where a file system has no atomic rename of folders (object stores), a
 * reader trusts a folder by its manifest: it is written last and holds every file's hash.
 */
public final class SnapshotDirectory {
    private static final Pattern SHA_256 = Pattern.compile("[0-9a-f]{64}");
    private static final Pattern VERSION = Pattern.compile("v(\\d{8,})(?:-.*)?");

    private final Path root;
    private final Path staging;
    private final Path rejected;
    private final Path announced;
    private final FileSystem files;

    private SnapshotDirectory(Path root) throws IOException {
        this.root = root;
        this.staging = new Path(root, ".staging");
        this.rejected = new Path(root, "rejected");
        this.announced = new Path(root, ".announced");
        this.files = root.getFileSystem();
    }

    /**
     * The directory at a path as configurations have it, a URI in which nothing is escaped; it need
     * not exist yet.
     */
    public static SnapshotDirectory at(String path) throws IOException {
        return new SnapshotDirectory(new Path(path));
    }

    /** The same at a URI as Java has it, in which a space is {@code %20}. */
    public static SnapshotDirectory at(URI uri) throws IOException {
        return new SnapshotDirectory(new Path(uri));
    }

    /** Folder of a published version. */
    public Path folder(long version) {
        return new Path(root, SnapshotFolder.name(version));
    }

    /** Folder of a rejected version. */
    public Path rejectedFolder(long version) {
        return new Path(rejected, SnapshotFolder.name(version));
    }

    /** The published versions that are still kept, ascending. */
    public List<Long> published() throws IOException {
        return versions(root);
    }

    /** The rejected versions that are still kept, ascending. */
    public List<Long> rejected() throws IOException {
        return versions(rejected);
    }

    /** The highest version ever made, 0 for none. */
    public long highestVersion() throws IOException {
        List<Long> all = new ArrayList<>(versions(root));
        all.addAll(versions(rejected));
        all.addAll(versions(announced));
        return all.isEmpty() ? 0 : Collections.max(all);
    }

    /** Writes a candidate under a new staging name, which is returned. */
    String stage(SnapshotCandidate candidate) throws IOException {
        String name = SnapshotFolder.name(candidate.version) + "-" + UUID.randomUUID();
        Path folder = new Path(staging, name);
        files.mkdirs(folder);
        FlinkSnapshotStore store = new FlinkSnapshotStore(folder);
        for (int i = 0; i < candidate.names.length; i++) {
            try (OutputStream out = store.create(candidate.names[i])) {
                out.write(candidate.contents[i]);
            }
        }
        return name;
    }

    /** Renames a staged snapshot to its version; done before is done. */
    void publish(StagedSnapshot staged) throws IOException {
        move(staged, root);
    }

    /** Moves a staged snapshot to the rejected ones; done before is done. */
    void reject(StagedSnapshot staged) throws IOException {
        move(staged, rejected);
    }

    private void move(StagedSnapshot staged, Path parent) throws IOException {
        Path target = new Path(parent, SnapshotFolder.name(staged.version()));
        String there = manifestHash(target);
        if (there != null && !there.equals(staged.manifestSha256())) {
            throw new IOException(conflict(staged.version(), there, staged.manifestSha256()));
        }
        Path source = new Path(staging, staged.stagingName());
        boolean isStaged = files.exists(source);
        if (!isStaged && (there != null || parent.equals(rejected))) {
            return; // moved; a rejected one may be deleted by retention since
        }
        if (isStaged && files.exists(target)) {
            moveRest(source, target);
            return;
        }
        files.mkdirs(parent);
        rename(source, target);
    }

    /**
     * Ends the rename of a folder that goes file by file and that a failure cut short: what is left
     * of the source is whole, unlike what is in its place.
     */
    private void moveRest(Path source, Path target) throws IOException {
        List<String> left = new ArrayList<>();
        for (FileStatus file : list(source)) {
            left.add(file.getPath().getName());
        }
        left.sort(Comparator.comparing(Manifest.FILE::equals)); // which vouches for all others
        for (String name : left) {
            files.delete(new Path(target, name), false);
            rename(new Path(source, name), new Path(target, name));
        }
        files.delete(source, true);
    }

    private void rename(Path source, Path target) throws IOException {
        if (!files.rename(source, target)) {
            throw new IOException("snapshot: cannot rename " + source + " to " + target);
        }
    }

    /** The manifest hash under which a version was announced, null where it was not. */
    @Nullable String announcedHash(long version) throws IOException {
        return mark(new Path(announced, SnapshotFolder.name(version)));
    }

    /** Notes that a version has been announced. */
    void noteAnnounced(long version, String manifestSha256) throws IOException {
        files.mkdirs(announced);
        write(
                new Path(announced, SnapshotFolder.name(version)),
                manifestSha256.getBytes(StandardCharsets.US_ASCII));
    }

    /**
     * The manifest hash of the version that replaced one that was taken back at an event time;
     * null: it was not. After a restore from an older savepoint it can be taken back again, later.
     */
    @Nullable String takenBackHash(long version, long eventTimeMs) throws IOException {
        Path mark = takenBackMark(version);
        byte[] content = read(mark);
        String text = content == null ? "" : new String(content, StandardCharsets.US_ASCII);
        int time = text.indexOf(' ');
        if (time < 0) {
            return mark(mark); // of a build that noted no time
        }
        String hash = text.substring(0, time);
        return SHA_256.matcher(hash).matches() && text.equals(takenBack(hash, eventTimeMs))
                ? hash
                : null;
    }

    private static String takenBack(String manifestSha256, long eventTimeMs) {
        return manifestSha256 + " " + eventTimeMs + "\n";
    }

    /** The hash in a mark. One that a failure cut short says nothing: it is written again. */
    private @Nullable String mark(Path file) throws IOException {
        byte[] content = read(file);
        String hash = content == null ? "" : new String(content, StandardCharsets.US_ASCII);
        return SHA_256.matcher(hash).matches() ? hash : null;
    }

    /** Notes that readers were sent back from a version to the one with this manifest, and when. */
    void noteTakenBack(long version, String manifestSha256, long eventTimeMs) throws IOException {
        files.mkdirs(announced);
        write(
                takenBackMark(version),
                takenBack(manifestSha256, eventTimeMs).getBytes(StandardCharsets.US_ASCII));
    }

    private Path takenBackMark(long version) {
        return new Path(announced, SnapshotFolder.name(version) + ".taken-back");
    }

    /**
     * Deletes all but the newest published versions, and all but as many rejected ones. Kept
     * besides: the parent of the newest, which readers may be sent back to, and all that a kept
     * delta is read from. A published version is gone at once for its readers.
     */
    void retain(int keep) throws IOException {
        List<Long> versions = published();
        Set<Long> kept = new HashSet<>();
        for (long version : newest(versions, keep)) {
            kept.addAll(SnapshotChain.needed(snapshot(version)));
        }
        if (keep > 0 && !versions.isEmpty()) {
            Parent parent = snapshot(Collections.max(versions)).manifest().parent();
            if (parent != null && versions.contains(parent.version())) {
                kept.addAll(SnapshotChain.needed(snapshot(parent.version())));
            }
        }
        for (long version : versions) {
            if (!kept.contains(version)) {
                delete(folder(version));
            }
        }
        List<Long> refused = rejected();
        refused.removeAll(newest(refused, keep));
        for (long version : refused) {
            files.delete(rejectedFolder(version), true);
        }
    }

    private void delete(Path version) throws IOException {
        Path leaving = new Path(staging, version.getName() + "-" + UUID.randomUUID());
        files.mkdirs(staging);
        rename(version, leaving);
        files.delete(leaving, true);
    }

    private static List<Long> newest(List<Long> ascending, int count) {
        return List.copyOf(
                ascending.subList(Math.max(0, ascending.size() - count), ascending.size()));
    }

    private SnapshotFolder snapshot(long version) throws IOException {
        return new SnapshotFolder(new FlinkSnapshotStore(folder(version)));
    }

    /** Deletes what failed attempts have left staged, up to a version. */
    void discardStaged(long upToVersion) throws IOException {
        for (FileStatus status : list(staging)) {
            String name = status.getPath().getName();
            Matcher matcher = VERSION.matcher(name);
            if (matcher.matches() && Long.parseLong(matcher.group(1)) <= upToVersion) {
                files.delete(status.getPath(), true);
            }
        }
    }

    String conflict(long version, String found, String wanted) {
        return "snapshot directory "
                + root
                + ": version "
                + version
                + " is there with manifest "
                + found
                + ", this learner's is "
                + wanted
                + "; another learner writes here, give each its own snapshots.directory";
    }

    private @Nullable String manifestHash(Path folder) throws IOException {
        byte[] manifest = read(new Path(folder, Manifest.FILE));
        return manifest == null ? null : Sha256.hex(manifest);
    }

    private List<Long> versions(Path folder) throws IOException {
        List<Long> versions = new ArrayList<>();
        for (FileStatus status : list(folder)) {
            Matcher matcher = VERSION.matcher(status.getPath().getName());
            if (matcher.matches()) {
                versions.add(Long.parseLong(matcher.group(1)));
            }
        }
        Collections.sort(versions);
        return versions;
    }

    private FileStatus[] list(Path folder) throws IOException {
        try {
            FileStatus[] found = files.listStatus(folder);
            return found == null ? new FileStatus[0] : found;
        } catch (FileNotFoundException e) {
            return new FileStatus[0];
        }
    }

    private void write(Path file, byte[] content) throws IOException {
        try (OutputStream out = files.create(file, WriteMode.OVERWRITE)) {
            out.write(content);
        }
    }

    private byte @Nullable [] read(Path file) throws IOException {
        if (!files.exists(file)) {
            return null;
        }
        try (InputStream in = files.open(file)) {
            return in.readAllBytes();
        }
    }
}
