package io.tamor.quickstart.run;

import io.tamor.jobs.cli.UsageException;
import io.tamor.quickstart.Leftovers;
import io.tamor.quickstart.simulator.TruthFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;

/**
 * Where a run leaves its results. What an earlier run left there is replaced; a folder with
 * anything else in it is refused. A marker file tells them apart: it is there before anything else
 * is and stays, so that a run that was ended half-way does not bar its folder. The run holds a lock
 * on it, against a second run into the same folder.
 *
 * @param lock on the marker, until the folder is closed
 */
record OutputFolder(Path root, FileLock lock) implements AutoCloseable {
    private static final String MARKER = ".tamor-run";
    private static final byte[] CONTENT =
            "The results in this folder are replaced by the next run into it.\n"
                    .getBytes(StandardCharsets.UTF_8);

    /** Makes the folder ready. */
    static OutputFolder prepare(Path root) {
        Path absolute = root.toAbsolutePath().normalize();
        try {
            if (Files.exists(absolute) && !Files.isDirectory(absolute)) {
                throw new UsageException("--out: " + absolute + " is a file; give a folder");
            }
            Files.createDirectories(absolute);
            if (!Files.exists(absolute.resolve(MARKER)) && !isEmpty(absolute)) {
                throw new UsageException(
                        "--out: "
                                + absolute
                                + " holds files, and no "
                                + MARKER
                                + " to say that a run left them, so they are not replaced; give an"
                                + " empty or a new folder, or delete this one if it holds nothing"
                                + " but an earlier run's results");
            }
            OutputFolder folder = new OutputFolder(absolute, lock(absolute.resolve(MARKER)));
            folder.clear();
            return folder;
        } catch (IOException e) {
            throw new UsageException(
                    "--out: " + absolute + " cannot be written (" + e.getMessage() + ")");
        }
    }

    private static boolean isEmpty(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            // The command's own log may be there before anything else is.
            return entries.allMatch(e -> e.getFileName().toString().endsWith(".log"));
        }
    }

    private static FileLock lock(Path marker) throws IOException {
        FileChannel channel =
                FileChannel.open(marker, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            FileLock lock = channel.tryLock();
            if (lock != null) {
                channel.write(ByteBuffer.wrap(CONTENT));
                return lock;
            }
        } catch (OverlappingFileLockException e) {
            // held within this process: as if another one held it
        } catch (IOException e) {
            channel.close();
            throw e;
        }
        channel.close();
        throw new UsageException(
                "--out: another run uses this folder, "
                        + marker.getParent()
                        + "; wait for its end or give another folder");
    }

    private void clear() throws IOException {
        for (Path old : List.of(snapshots(), samples(), work())) {
            Leftovers.delete(old);
        }
        for (Path old :
                List.of(
                        reportJson(),
                        reportHtml(),
                        deploymentFile(),
                        root.resolve(TruthFile.NAME))) {
            Files.deleteIfExists(old);
        }
        Files.createDirectories(Leftovers.deletedAtTheEnd(work()));
    }

    Path deploymentFile() {
        return root.resolve("deployment.yaml");
    }

    Path snapshots() {
        return root.resolve("snapshots");
    }

    /** The samples as files, where they are kept. */
    Path samples() {
        return root.resolve("samples");
    }

    /** The broker's and the checkpoints' folder, gone after the run. */
    Path work() {
        return root.resolve(".work");
    }

    Path reportJson() {
        return root.resolve("report.json");
    }

    Path reportHtml() {
        return root.resolve("report.html");
    }

    @Override
    public void close() {
        try {
            Leftovers.delete(work());
            lock.acquiredBy().close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
