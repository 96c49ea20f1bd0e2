package io.tamor.jobs.snapshot;

import io.tamor.model.snapshot.Manifest;
import io.tamor.model.snapshot.Sha256;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
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
 * .announced/v00000007     the manifest's SHA-256 of a version that has been announced; kept when
 *                          retention deletes the version, so that its number is never used again
 * </pre>
 *
 * <p>Publishing is a rename. Where a file system has no atomic rename of folders (object stores), a
 * reader trusts a folder by its manifest: it is written last and holds every file's hash.
 */
public final class SnapshotDirectory {
    private static final Pattern VERSION = Pattern.compile("v(\\d{8,})(?:-.*)?");

    private final Path root;
    private final Path staging;
    private final Path announced;
    private final FileSystem files;

    private SnapshotDirectory(Path root) throws IOException {
        this.root = root;
        this.staging = new Path(root, ".staging");
        this.announced = new Path(root, ".announced");
        this.files = root.getFileSystem();
    }

    /** The directory at a URI; it need not exist yet. */
    public static SnapshotDirectory at(String uri) throws IOException {
        return new SnapshotDirectory(new Path(uri));
    }

    /** Folder of a published version. */
    public Path folder(long version) {
        return new Path(root, name(version));
    }

    /** The published versions that are still kept, ascending. */
    public List<Long> published() throws IOException {
        return versions(root);
    }

    /** The highest version ever published or announced, 0 for none. */
    public long highestVersion() throws IOException {
        List<Long> all = new ArrayList<>(versions(root));
        all.addAll(versions(announced));
        return all.isEmpty() ? 0 : Collections.max(all);
    }

    /** Writes a candidate under a new staging name, which is returned. */
    String stage(SnapshotCandidate candidate) throws IOException {
        String name = name(candidate.version) + "-" + UUID.randomUUID();
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
        Path target = folder(staged.version());
        String there = manifestHash(target);
        if (there == null) {
            files.mkdirs(root);
            Path source = new Path(staging, staged.stagingName());
            if (!files.rename(source, target)) {
                throw new IOException("snapshot: cannot rename " + source + " to " + target);
            }
        } else if (!there.equals(staged.manifestSha256())) {
            throw new IOException(conflict(staged.version(), there, staged.manifestSha256()));
        }
    }

    /** The manifest hash under which a version was announced, null where it was not. */
    @Nullable String announcedHash(long version) throws IOException {
        byte[] hash = read(new Path(announced, name(version)));
        return hash == null ? null : new String(hash, StandardCharsets.US_ASCII);
    }

    /** Notes that a version has been announced. */
    void noteAnnounced(long version, String manifestSha256) throws IOException {
        files.mkdirs(announced);
        write(
                new Path(announced, name(version)),
                manifestSha256.getBytes(StandardCharsets.US_ASCII));
    }

    /** Deletes all but the newest published versions, each at once for its readers. */
    void retain(int keep) throws IOException {
        List<Long> versions = published();
        for (long version : versions.subList(0, Math.max(0, versions.size() - keep))) {
            Path leaving = new Path(staging, name(version) + "-" + UUID.randomUUID());
            files.mkdirs(staging);
            if (!files.rename(folder(version), leaving)) {
                throw new IOException(
                        "snapshot: cannot rename " + folder(version) + " to " + leaving);
            }
            files.delete(leaving, true);
        }
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

    private static String name(long version) {
        return String.format(Locale.ROOT, "v%08d", version);
    }
}
