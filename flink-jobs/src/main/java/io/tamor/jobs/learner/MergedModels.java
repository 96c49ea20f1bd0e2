package io.tamor.jobs.learner;

import io.tamor.jobs.learner.logic.MergedModel;
import io.tamor.model.snapshot.Sha256;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.FileSystem.WriteMode;
import org.apache.flink.core.fs.Path;
import org.jspecify.annotations.Nullable;

/**
 * Merged models on their way to the replicas, below the snapshots' folder:
 *
 * <pre>.merged/RUN/m00000012-SHA256   the model after merge round 12</pre>
 *
 * <p>A file is there only once the checkpoint that holds the round is complete, so no replica ever
 * loads what a failure takes back. RUN is new with every submission of the job: a job that goes
 * back to an older savepoint does not see the rounds that came after it. Names are written by
 * renaming; the content's hash is in the name, so half a file is never taken for a whole one.
 */
final class MergedModels {
    private static final Pattern NAME = Pattern.compile("m(\\d{8,})-([0-9a-f]{64})");
    private static final int KEPT = 3;

    private final Path all;
    private final Path folder;
    private final FileSystem files;

    MergedModels(String snapshots, String run) throws IOException {
        this.all = new Path(new Path(snapshots), ".merged");
        this.folder = new Path(all, run);
        this.files = folder.getFileSystem();
    }

    /** A merged model as a file. */
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody; a copy would cost
    record File(String name, byte[] content) {
        static File of(MergedModel merged) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            try (DataOutputStream out = new DataOutputStream(bytes)) {
                merged.write(out);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            byte[] content = bytes.toByteArray();
            return new File(
                    String.format(Locale.ROOT, "m%08d-%s", merged.round(), Sha256.hex(content)),
                    content);
        }
    }

    /**
     * Makes a file visible; one that is there already stays, if it was not cut short. Older ones
     * go, but for the last.
     */
    void write(File file) throws IOException {
        Path target = new Path(folder, file.name());
        if (!isWhole(target, file)) {
            files.mkdirs(folder);
            files.delete(target, false);
            Path half = new Path(folder, file.name() + ".part");
            try (OutputStream out = files.create(half, WriteMode.OVERWRITE)) {
                out.write(file.content());
            }
            if (!files.rename(half, target)) {
                throw new IOException("merged model: cannot rename " + half + " to " + target);
            }
        }
        List<Path> kept = rounds();
        for (Path old : kept.subList(0, Math.max(0, kept.size() - KEPT))) {
            files.delete(old, false);
        }
    }

    private boolean isWhole(Path target, File file) throws IOException {
        return files.exists(target)
                && files.getFileStatus(target).getLen() == file.content().length;
    }

    /** Deletes what earlier runs have left. */
    void deleteOtherRuns() throws IOException {
        for (FileStatus run : list(all)) {
            if (!run.getPath().getName().equals(folder.getName())) {
                files.delete(run.getPath(), true);
            }
        }
    }

    /** The newest merged model of a round above one; null where there is none. */
    @Nullable MergedModel newerThan(long round) throws IOException {
        List<Path> rounds = rounds();
        Path newest = rounds.isEmpty() ? null : rounds.get(rounds.size() - 1);
        if (newest == null || round(newest) <= round) {
            return null;
        }
        byte[] content;
        try (InputStream in = files.open(newest)) {
            content = in.readAllBytes();
        } catch (FileNotFoundException e) {
            return null; // a newer one has taken its place meanwhile
        }
        Matcher name = NAME.matcher(newest.getName());
        if (!name.matches() || !name.group(2).equals(Sha256.hex(content))) {
            throw new IOException(
                    "merged model "
                            + newest
                            + ": its content has SHA-256 "
                            + Sha256.hex(content)
                            + ", not that of its name; the file system has damaged it");
        }
        return MergedModel.read(new DataInputStream(new ByteArrayInputStream(content)));
    }

    private List<Path> rounds() throws IOException {
        return Arrays.stream(list(folder))
                .map(FileStatus::getPath)
                .filter(path -> NAME.matcher(path.getName()).matches())
                .sorted(Comparator.comparingLong(MergedModels::round))
                .toList();
    }

    private static long round(Path file) {
        Matcher name = NAME.matcher(file.getName());
        if (!name.matches()) {
            throw new IllegalArgumentException(file + " is no merged model");
        }
        return Long.parseLong(name.group(1));
    }

    private FileStatus[] list(Path parent) throws IOException {
        try {
            FileStatus[] found = files.listStatus(parent);
            return found == null ? new FileStatus[0] : found;
        } catch (FileNotFoundException e) {
            return new FileStatus[0];
        }
    }
}
