package io.tamor.jobs.learner;

import io.tamor.jobs.config.DeploymentReader;
import io.tamor.jobs.kill.TestingFaults;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A learner in a process of its own, with a small cluster in it: job and cluster die together. */
final class LearnerProcess {
    private final Path folder;
    private final Path yaml;
    private int started;

    /** A process that keeps its output in a folder. */
    LearnerProcess(Path folder, String yaml) throws IOException {
        this.folder = Files.createDirectories(folder);
        this.yaml = Files.writeString(folder.resolve("deployment.yaml"), yaml);
    }

    /** The process itself: the deployment's file, and the checkpoint to go on from, if any. */
    public static void main(String[] arguments) throws Exception {
        LearnerRun.define(
                        DeploymentReader.read(Path.of(arguments[0])),
                        TestingFaults.none("process"),
                        0,
                        arguments.length > 1 ? arguments[1] : null)
                .execute("process");
    }

    /** Starts it, from the last checkpoint if there is one. */
    Process start() throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(argument -> argument.startsWith("--add-"))
                .forEach(command::add);
        command.addAll(
                List.of(
                        "-Xmx1g",
                        "-cp",
                        System.getProperty("java.class.path"),
                        LearnerProcess.class.getName(),
                        yaml.toString()));
        Path last = lastCheckpoint();
        if (last != null) {
            command.add(last.toUri().toString());
        }
        Path output = folder.resolve("output-" + started++ + ".txt");
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
    }

    /** What the last process started has said. */
    String output() throws IOException {
        return Files.readString(folder.resolve("output-" + (started - 1) + ".txt"));
    }

    /** Number of the last complete checkpoint, 0 for none. */
    int checkpoint() throws IOException {
        Path last = lastCheckpoint();
        return last == null ? 0 : number(last);
    }

    private @Nullable Path lastCheckpoint() throws IOException {
        Path checkpoints = folder.resolve("checkpoints");
        if (!Files.exists(checkpoints)) {
            return null;
        }
        Path last = null;
        for (Path job : list(checkpoints)) {
            for (Path checkpoint : list(job)) {
                if (checkpoint.getFileName().toString().startsWith("chk-")
                        && Files.exists(checkpoint.resolve("_metadata"))
                        && (last == null || number(checkpoint) > number(last))) {
                    last = checkpoint;
                }
            }
        }
        return last;
    }

    private static List<Path> list(Path parent) throws IOException {
        try (Stream<Path> children = Files.list(parent)) {
            return children.toList();
        }
    }

    private static int number(Path checkpoint) {
        return Integer.parseInt(checkpoint.getFileName().toString().substring("chk-".length()));
    }
}
