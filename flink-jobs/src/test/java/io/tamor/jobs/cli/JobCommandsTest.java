package io.tamor.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.config.DeploymentReader;
import io.tamor.jobs.learner.logic.ModelSpecs;
import io.tamor.jobs.learner.logic.TestingSamples;
import io.tamor.jobs.snapshot.SnapshotCandidate;
import io.tamor.jobs.snapshot.TestingCandidates;
import io.tamor.jobs.training.TestingSampleFolder;
import io.tamor.model.config.ModelSpec;
import io.tamor.model.network.MiniBatch;
import io.tamor.model.snapshot.Lineage;
import io.tamor.model.snapshot.LocalSnapshotStore;
import io.tamor.model.snapshot.Parent;
import io.tamor.model.snapshot.Progress;
import io.tamor.model.snapshot.SnapshotContent;
import io.tamor.model.snapshot.SnapshotFolder;
import io.tamor.model.training.Trainer;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

final class JobCommandsTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir private Path folder;

    @Test
    void aSoundConfigurationIsSummedUp() throws IOException {
        Path file = write(example());

        assertThat(run("config", "check", file.toString())).isEqualTo(ExitStatus.DONE);
        assertThat(out.toString()).contains("deployment example is sound").contains("5 tasks");
    }

    @Test
    void deltasAreInspectedAndVerifiedWithWhatTheyBuildOn() throws IOException {
        SnapshotCandidate full = TestingCandidates.of(1, null, "full");
        Path first = store(full);
        Path second = store(TestingCandidates.of(2, new Parent(1, full.manifestSha256), "delta"));

        assertThat(run("snapshot", "inspect", second.toString())).isEqualTo(ExitStatus.DONE);
        assertThat(out.toString())
                .contains("delta: what changed since the parent")
                .contains(full.manifestSha256);
        assertThat(run("snapshot", "verify", folder.toString())).isEqualTo(ExitStatus.DONE);
        assertThat(out.toString())
                .contains("v00000001 is whole" + System.lineSeparator())
                .contains("v00000002 is whole, read from versions [1, 2]");

        Files.delete(first.resolve("manifest.json"));
        assertThat(run("snapshot", "verify", folder.toString())).isEqualTo(ExitStatus.FAILED);
        assertThat(err.toString()).contains("v00000001");
    }

    private Path store(SnapshotCandidate candidate) throws IOException {
        Path version =
                Files.createDirectory(folder.resolve(SnapshotFolder.name(candidate.version)));
        for (int i = 0; i < candidate.names.length; i++) {
            Files.write(version.resolve(candidate.names[i]), candidate.contents[i]);
        }
        return version;
    }

    @Test
    void samplesInFilesAreTrainedAndNetworksCompared() throws IOException {
        Path file = write(example());
        Deployment deployment = DeploymentReader.read(file);
        Path samples =
                TestingSampleFolder.write(
                                folder.resolve("samples"),
                                TestingSamples.generate(deployment, 200, 1),
                                2)
                        .path();
        Path models = folder.resolve("models of é");

        assertThat(
                        run(
                                "train",
                                "--config",
                                file.toString(),
                                "--samples",
                                samples.toString(),
                                "--out",
                                models.toString(),
                                "--json"))
                .as(err.toString())
                .isEqualTo(ExitStatus.DONE);
        assertThat(out.toString()).contains("\"samples\" : 200").contains("\"task\" : \"click\"");
        assertThat(run("snapshot", "verify", models.toString())).isEqualTo(ExitStatus.DONE);
        assertThat(
                        run(
                                "train",
                                "--config",
                                file.toString(),
                                "--samples",
                                samples.toString(),
                                "--from-snapshot",
                                models.resolve("v00000001").toString(),
                                "--out",
                                models.toString()))
                .as(err.toString())
                .isEqualTo(ExitStatus.DONE);
        SnapshotFolder first =
                new SnapshotFolder(new LocalSnapshotStore(models.resolve("v00000001")));
        assertThat(run("snapshot", "inspect", models.resolve("v00000001").toString()))
                .isEqualTo(ExitStatus.DONE);
        assertThat(out.toString()).contains("started    from no snapshot that is known");
        assertThat(run("snapshot", "inspect", models.resolve("v00000002").toString()))
                .isEqualTo(ExitStatus.DONE);
        assertThat(out.toString())
                .contains("started    from version 1, manifest sha256 " + first.manifestSha256());
        assertThat(run("snapshot", "verify", models.toString()))
                .as(err.toString())
                .isEqualTo(ExitStatus.DONE);
        assertThat(run("snapshot", "inspect", "--json", models.toString()))
                .isEqualTo(ExitStatus.DONE);
        assertThat(out.toString()).contains("\"started_from\" : {");
        assertThat(
                        run(
                                "compare",
                                "--config",
                                file.toString(),
                                "--samples",
                                samples.toString(),
                                "--models",
                                "tamor,shared-bottom",
                                "--seeds",
                                "2"))
                .as(err.toString())
                .isEqualTo(ExitStatus.DONE);
        assertThat(out.toString())
                .contains("| task | tier | labels | tamor | shared-bottom |")
                .containsPattern(
                        "\\| click \\| all \\| [0-9]+ \\|( \\**0\\.[0-9]{4}\\** ± 0\\.[0-9]{4} \\|){2}");
    }

    @Test
    void aFolderWithoutSamplesIsAUsageError() throws IOException {
        assertThat(
                        run(
                                "train",
                                "--config",
                                write(example()).toString(),
                                "--samples",
                                folder.resolve("none").toString()))
                .isEqualTo(ExitStatus.USAGE);
        assertThat(err.toString()).contains("samples-*.avro").doesNotContain("\tat ");
    }

    @Test
    void aMalformedConfigurationIsAUsageErrorThatListsEveryProblem() throws IOException {
        Path file =
                write(
                        example()
                                .replace("emit: staged", "emit: soon")
                                .replace("keep: 5", "keep: 0"));

        assertThat(run("config", "check", file.toString())).isEqualTo(ExitStatus.USAGE);
        assertThat(err.toString())
                .contains("2 problems")
                .contains("/timeline/emit")
                .contains("/snapshots/keep")
                .doesNotContain("\tat ");
    }

    @Test
    void aModelThatIsNoneIsRefusedBeforeAnythingStarts() throws IOException {
        for (String[] change :
                new String[][] {
                    {"  ple: {levels: 1, own: 1, shared: 1, expert: [16, 8]}\n", "", "ple"},
                    {"beta1: 0.9,", "beta1: 1.5,", "beta1"},
                    {"- {name: click,", "- {name: dense,", "task dense has the name of an input"},
                }) {
            assertThat(example()).contains(change[0]);
            Path file = write(example().replace(change[0], change[1]));
            assertThat(run("config", "check", file.toString())).isEqualTo(ExitStatus.USAGE);
            assertThat(err.toString()).contains(change[2]).doesNotContain("\tat ");
            assertThat(run("learner", "--config", file.toString())).isEqualTo(ExitStatus.USAGE);
        }
    }

    @Test
    void aWrongPathIsAUsageError() {
        assertThat(run("config", "check", folder.resolve("none.yaml").toString()))
                .isEqualTo(ExitStatus.USAGE);
        assertThat(err.toString()).contains("none.yaml").contains("no such file");
    }

    @Test
    void aMissingBrokerIsNamedWithWhatToCheck() throws IOException {
        int closedPort;
        try (ServerSocket socket = new ServerSocket(0)) {
            closedPort = socket.getLocalPort();
        }
        Path file =
                write(
                        example()
                                .replace(
                                        "{bootstrap: \"localhost:9092\"}",
                                        "{bootstrap: \"localhost:"
                                                + closedPort
                                                + "\", properties: {default.api.timeout.ms: \"500\","
                                                + " request.timeout.ms: \"300\"}}"));

        assertThat(run("topics", "create", "--config", file.toString()))
                .isEqualTo(ExitStatus.FAILED);
        assertThat(err.toString())
                .contains("localhost:" + closedPort)
                .contains("is it running")
                .doesNotContain("\tat ");
    }

    @Test
    void anUnknownOptionIsAUsageError() {
        assertThat(run("config", "check", "--jsn", "x")).isEqualTo(ExitStatus.USAGE);
        assertThat(err.toString()).contains("--jsn");
    }

    @Test
    void jobsRefuseToStartWithoutABroker() throws IOException {
        Path file =
                write(
                        example()
                                .replace("localhost:9092", "localhost:1")
                                .replace(
                                        "kafka: {bootstrap: \"localhost:1\"}",
                                        "kafka: {bootstrap: \"localhost:1\", properties: {default.api.timeout.ms: \"500\", request.timeout.ms: \"300\"}}"));

        assertThat(run("timeline", "--config", file.toString())).isEqualTo(ExitStatus.FAILED);
        assertThat(run("learner", "--config", file.toString())).isEqualTo(ExitStatus.FAILED);
        assertThat(err.toString())
                .contains("localhost:1")
                .contains("is it running")
                .doesNotContain("\tat ");
    }

    @Test
    void aFolderWithoutSnapshotsIsAUsageError() {
        assertThat(run("snapshot", "verify", folder.toString())).isEqualTo(ExitStatus.USAGE);
        assertThat(err.toString()).contains("no snapshot here").contains("manifest.json");
    }

    @Test
    void versionsAreInspectedVerifiedAndCompared() throws IOException {
        Path first = snapshot(1, null);
        Path second =
                snapshot(
                        2,
                        new Parent(
                                1,
                                new SnapshotFolder(new LocalSnapshotStore(first))
                                        .manifestSha256()));

        assertThat(run("snapshot", "verify", folder.toString())).isEqualTo(ExitStatus.DONE);
        assertThat(out.toString()).contains("v00000001 is whole").contains("v00000002 is whole");
        assertThat(run("snapshot", "inspect", second.toString())).isEqualTo(ExitStatus.DONE);
        assertThat(out.toString()).contains("version    2").contains("tamor, tasks click");
        assertThat(run("snapshot", "diff", first.toString(), second.toString()))
                .isEqualTo(ExitStatus.DONE);
        assertThat(out.toString()).contains("from version 1 to 2").contains("task/click/head/bias");
    }

    @Test
    void aDamagedVersionAndABrokenChainFailTheCheck() throws IOException {
        snapshot(1, null);
        Path second = snapshot(2, new Parent(1, "0".repeat(64)));

        assertThat(run("snapshot", "verify", folder.toString())).isEqualTo(ExitStatus.FAILED);
        assertThat(err.toString()).contains("snapshot 2 follows");
        Files.write(second.resolve("model.safetensors"), new byte[] {1}, StandardOpenOption.APPEND);
        assertThat(run("snapshot", "verify", second.toString())).isEqualTo(ExitStatus.FAILED);
        assertThat(err.toString()).contains("the manifest says");
    }

    @Test
    void parityOfAWrongPathIsAUsageError() {
        assertThat(run("parity", "none.safetensors")).isEqualTo(ExitStatus.USAGE);
        assertThat(err.toString()).contains("none.safetensors: no such file");
    }

    /** A version of the example's model after as many steps as its number. */
    private Path snapshot(int version, Parent parent) throws IOException {
        ModelSpec spec = ModelSpecs.of(DeploymentReader.parse("example", example()));
        Trainer trainer = new Trainer(spec, 4);
        MiniBatch batch = new MiniBatch(spec, 4);
        batch.label(batch.addRow(), 0, 1, 1);
        for (int step = 0; step < version; step++) {
            trainer.step(batch);
        }
        Path target = Files.createDirectories(folder.resolve("v0000000" + version));
        new SnapshotFolder(new LocalSnapshotStore(target))
                .write(
                        SnapshotContent.of(
                                new Lineage(version, parent, null, "test"),
                                spec,
                                "00000000000000ff",
                                trainer.snapshotParameters(),
                                Progress.of(
                                        version,
                                        version,
                                        Map.of("click", 1L),
                                        Map.of("samples-0", 1L),
                                        7L),
                                List.of()));
        return target;
    }

    private int run(String... arguments) {
        return new CommandLine(new Root())
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .setExecutionExceptionHandler(new Errors())
                .execute(arguments);
    }

    @CommandLine.Command(
            subcommands = {
                ConfigCommand.class,
                TopicsCommand.class,
                TimelineCommand.class,
                LearnerCommand.class,
                TrainCommand.class,
                CompareCommand.class,
                SnapshotCommand.class,
                ParityCommand.class
            })
    private static final class Root {}

    private Path write(String yaml) throws IOException {
        return Files.writeString(folder.resolve("deployment.yaml"), yaml);
    }

    private static String example() throws IOException {
        try (InputStream in = JobCommandsTest.class.getResourceAsStream("/deployment.yaml")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
