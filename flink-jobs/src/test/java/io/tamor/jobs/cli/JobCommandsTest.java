package io.tamor.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
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

    private int run(String... arguments) {
        return new CommandLine(new Root())
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .setExecutionExceptionHandler(new Errors())
                .execute(arguments);
    }

    @CommandLine.Command(subcommands = {ConfigCommand.class, TopicsCommand.class})
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
