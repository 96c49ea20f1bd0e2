package io.tamor.quickstart.run;

import io.tamor.jobs.cli.UsageException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Where a run leaves its results. What an earlier run left there is replaced; a folder with
 * anything else in it is refused.
 */
record OutputFolder(Path root) implements AutoCloseable {
    private static final String DEPLOYMENT = "deployment.yaml";

    /** Makes the folder ready. */
    static OutputFolder prepare(Path root) {
        Path absolute = root.toAbsolutePath().normalize();
        OutputFolder folder = new OutputFolder(absolute);
        try {
            if (Files.exists(absolute) && !Files.isDirectory(absolute)) {
                throw new UsageException("--out: " + absolute + " is a file; give a folder");
            }
            Files.createDirectories(absolute);
            if (!folder.list().isEmpty() && !Files.exists(folder.deploymentFile())) {
                throw new UsageException(
                        "--out: "
                                + absolute
                                + " holds files that no earlier run left there (it has no "
                                + DEPLOYMENT
                                + "); give an empty or a new folder");
            }
            for (Path old : List.of(folder.snapshots(), folder.samples(), folder.work())) {
                delete(old);
            }
            for (Path old :
                    List.of(folder.reportJson(), folder.reportHtml(), folder.deploymentFile())) {
                Files.deleteIfExists(old);
            }
            Files.createDirectories(folder.work());
        } catch (IOException e) {
            throw new UsageException(
                    "--out: " + absolute + " cannot be written (" + e.getMessage() + ")");
        }
        return folder;
    }

    private List<Path> list() throws IOException {
        try (Stream<Path> entries = Files.list(root)) {
            // The command's own log may be there before anything else is.
            return entries.filter(e -> !e.getFileName().toString().endsWith(".log")).toList();
        }
    }

    Path deploymentFile() {
        return root.resolve(DEPLOYMENT);
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
            delete(work());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
