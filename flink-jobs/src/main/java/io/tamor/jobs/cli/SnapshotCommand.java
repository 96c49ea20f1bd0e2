package io.tamor.jobs.cli;

import io.tamor.model.config.TaskSpec;
import io.tamor.model.gate.GateReport;
import io.tamor.model.snapshot.LocalSnapshotStore;
import io.tamor.model.snapshot.Manifest;
import io.tamor.model.snapshot.ManifestJson;
import io.tamor.model.snapshot.Origin;
import io.tamor.model.snapshot.SnapshotChain;
import io.tamor.model.snapshot.SnapshotDiff;
import io.tamor.model.snapshot.SnapshotFolder;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Commands on published snapshots in a local folder. */
@Command(
        name = "snapshot",
        description = "Looks into published snapshots.",
        subcommands = {
            SnapshotCommand.Inspect.class,
            SnapshotCommand.Verify.class,
            SnapshotCommand.Diff.class,
            SnapshotScoreCommand.class
        },
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND")
public final class SnapshotCommand {
    private static final String PATH_HELP =
            "A version's folder, or the folder that holds the versions.";

    /** Shows a manifest. */
    @Command(
            name = "inspect",
            description = "Shows what is in a version: model, progress, quality, files.",
            mixinStandardHelpOptions = true)
    public static final class Inspect implements Callable<Integer> {
        @Spec private CommandSpec spec = CommandSpec.create();

        @Parameters(paramLabel = "PATH", description = PATH_HELP)
        private Path path = Path.of("");

        @Option(names = "--json", description = "The manifest itself on stdout and nothing else.")
        private boolean json;

        @Override
        public Integer call() throws IOException {
            Manifest manifest = newest(path).manifest();
            PrintWriter out = spec.commandLine().getOut();
            if (json) {
                out.println(new String(ManifestJson.write(manifest), StandardCharsets.UTF_8));
            } else {
                print(manifest, out);
            }
            return ExitStatus.DONE;
        }

        private static void print(Manifest manifest, PrintWriter out) {
            out.printf(Locale.ROOT, "version    %d%n", manifest.version());
            out.printf("parent     %s%n", manifest.parent());
            Origin origin = manifest.startedFrom();
            out.printf(
                    "started    %s%n",
                    origin == null
                            ? "from no snapshot that is known"
                            : "from version "
                                    + origin.version()
                                    + ", manifest sha256 "
                                    + origin.manifestSha256());
            out.printf(
                    "content    %s%n",
                    manifest.delta() ? "delta: what changed since the parent" : "full");
            out.printf("software   %s%n", manifest.softwareVersion());
            out.printf(
                    "model      %s, tasks %s%n",
                    manifest.model().network().type(),
                    manifest.model().tasks().stream()
                            .map(TaskSpec::name)
                            .collect(Collectors.joining(", ")));
            out.printf(
                    Locale.ROOT,
                    "trained    %d samples in %d steps, up to %s%n",
                    manifest.progress().samples(),
                    manifest.progress().steps(),
                    Instant.ofEpochMilli(manifest.progress().watermarkMs()));
            out.printf("labels     %s%n", manifest.progress().matureLabels());
            out.printf("sources    %s%n", manifest.progress().sources());
            manifest.files()
                    .forEach(
                            (name, file) ->
                                    out.printf(
                                            Locale.ROOT,
                                            "file       %s, %d bytes, sha256 %s%n",
                                            name,
                                            file.bytes(),
                                            file.sha256()));
            print(manifest.gate(), out);
            manifest.metrics().forEach(row -> out.printf("quality    %s%n", row));
        }

        private static void print(@Nullable GateReport gate, PrintWriter out) {
            if (gate == null) {
                out.println("gate       none was asked");
                return;
            }
            out.printf(
                    "gate       %s, against %s%n",
                    gate.passed() ? "passed" : "rejected",
                    gate.against() == null ? "no version" : "version " + gate.against());
            gate.reasons().forEach(reason -> out.printf("reason     %s%n", reason));
            gate.slices().forEach(slice -> out.printf("judged     %s%n", slice));
        }
    }

    /** Checks hashes, shapes and the chain. */
    @Command(
            name = "verify",
            description =
                    "Checks each version's hashes and shapes, that versions follow each other, and"
                            + " that a delta has every version it builds on;"
                            + " exit status 1 where something is wrong.",
            mixinStandardHelpOptions = true)
    public static final class Verify implements Callable<Integer> {
        @Spec private CommandSpec spec = CommandSpec.create();

        @Parameters(paramLabel = "PATH", description = PATH_HELP)
        private Path path = Path.of("");

        @Override
        public Integer call() throws IOException {
            List<String> problems = new ArrayList<>();
            List<SnapshotFolder> sound = new ArrayList<>();
            List<Path> versions = versions(path);
            for (Path version : versions) {
                SnapshotFolder folder = new SnapshotFolder(new LocalSnapshotStore(version));
                List<String> found = folder.verify();
                problems.addAll(found);
                if (found.isEmpty()) {
                    sound.add(folder);
                    spec.commandLine().getOut().println(version.getFileName() + said(folder));
                }
            }
            problems.addAll(SnapshotChain.verify(sound));
            problems.forEach(spec.commandLine().getErr()::println);
            return problems.isEmpty() ? ExitStatus.DONE : ExitStatus.FAILED;
        }

        private static String said(SnapshotFolder folder) throws IOException {
            Manifest manifest = folder.manifest();
            String chain =
                    manifest.delta() ? ", read from versions " + SnapshotChain.needed(folder) : "";
            return " is whole" + chain + (manifest.rejected() ? ", rejected by the gate" : "");
        }
    }

    /** Says what changed. */
    @Command(
            name = "diff",
            description =
                    "Shows which parameters changed from one version to another, and by how much.",
            mixinStandardHelpOptions = true)
    public static final class Diff implements Callable<Integer> {
        @Spec private CommandSpec spec = CommandSpec.create();

        @Parameters(index = "0", paramLabel = "FROM", description = "A version's folder.")
        private Path from = Path.of("");

        @Parameters(index = "1", paramLabel = "TO", description = "Another version's folder.")
        private Path to = Path.of("");

        @Override
        public Integer call() throws IOException {
            SnapshotDiff diff = SnapshotDiff.between(newest(from).load(), newest(to).load());
            PrintWriter out = spec.commandLine().getOut();
            out.printf(
                    Locale.ROOT, "from version %d to %d%n", diff.fromVersion(), diff.toVersion());
            if (!diff.sameModel()) {
                out.println("the model descriptions differ");
            }
            diff.added().forEach(name -> out.println("added      " + name));
            diff.removed().forEach(name -> out.println("removed    " + name));
            diff.reshaped().forEach(name -> out.println("reshaped   " + name));
            diff.changed().forEach(change -> out.println("changed    " + change));
            out.printf(Locale.ROOT, "unchanged  %d parameters%n", diff.unchangedCount());
            return ExitStatus.DONE;
        }
    }

    static SnapshotFolder newest(Path path) throws IOException {
        List<Path> versions = versions(path);
        return new SnapshotFolder(new LocalSnapshotStore(versions.get(versions.size() - 1)));
    }

    /** The versions at a path, oldest first; at least one. */
    private static List<Path> versions(Path path) throws IOException {
        if (Files.isRegularFile(path.resolve(Manifest.FILE))) {
            return List.of(path);
        }
        List<Path> versions = List.of();
        if (Files.isDirectory(path)) {
            try (Stream<Path> children = Files.list(path)) {
                versions =
                        children.filter(c -> Files.isRegularFile(c.resolve(Manifest.FILE)))
                                .sorted()
                                .toList();
            }
        }
        if (versions.isEmpty()) {
            throw new UsageException(
                    path
                            + ": no snapshot here; wanted a folder with "
                            + Manifest.FILE
                            + ", or one that holds such folders");
        }
        return versions;
    }
}
