package io.tamor.quickstart.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The launcher in a checkout without sources, with a Maven that notes each build in {@code builds}
 * and a Java that prints its arguments.
 */
class LauncherTest {
    private static final String MAVEN =
            """
            echo build >> builds
            touch lib.jar
            mkdir -p deploy/quickstart/target
            touch deploy/quickstart/target/quickstart-1.jar
            printf '%s' "$PWD/lib.jar" > deploy/quickstart/target/runtime.classpath
            [ ! -f during-the-build ] || bash ./during-the-build
            """;
    private static final String JAVA =
            """
            [ "$1" != -XshowSettings:properties ] || exec echo '    java.specification.version = 17'
            printf '%s\\n' "$@"
            """;

    @TempDir private Path folder;
    private Path root = Path.of("");

    private record Outcome(int status, String text) {}

    @BeforeEach
    void makeACheckout() throws IOException {
        root = folder.resolve("checkout");
        Path target = root.resolve("deploy/bin/tamor");
        Files.createDirectories(target.getParent());
        Files.copy(Path.of("..", "bin", "tamor"), target);
        for (String module : List.of("schemas", "model-core", "flink-jobs", "deploy/quickstart")) {
            Files.createDirectories(root.resolve(module).resolve("src/main"));
            Files.createFile(root.resolve(module).resolve("pom.xml"));
        }
        Files.createFile(root.resolve("pom.xml"));
        script("mvn", MAVEN);
        script("java", JAVA);
        script("javac", "");
    }

    private void script(String name, String text) throws IOException {
        Path file = folder.resolve("bin").resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, "#!/bin/sh\n" + text);
        assertThat(file.toFile().setExecutable(true)).isTrue();
    }

    private Outcome launch(Path checkout) throws IOException, InterruptedException {
        ProcessBuilder command =
                new ProcessBuilder("bash", "deploy/bin/tamor", "--version")
                        .directory(checkout.toFile())
                        .redirectErrorStream(true);
        command.environment().remove("JAVA_HOME");
        command.environment().put("PATH", folder.resolve("bin") + ":/usr/bin:/bin");
        command.environment().put("TMPDIR", folder.toString());
        command.environment().put("CDPATH", ".");
        Process process = command.start();
        process.getOutputStream().close();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Outcome(process.waitFor(), text);
    }

    private void run(Path checkout) throws IOException, InterruptedException {
        Outcome outcome = launch(checkout);
        assertThat(outcome.status()).as(outcome.text()).isZero();
        assertThat(outcome.text()).contains(checkout.resolve("lib.jar").toString());
    }

    private static int builds(Path checkout) throws IOException {
        return Files.readAllLines(checkout.resolve("builds")).size();
    }

    @Test
    void whatIsBuiltIsNotBuiltAgain() throws Exception {
        run(root);
        run(root);
        assertThat(builds(root)).isEqualTo(1);
    }

    @Test
    void aCopyOfACheckoutIsBuiltAnew() throws Exception {
        run(root);
        Path copy = folder.resolve("copy");
        Process cp = new ProcessBuilder("cp", "-a", root.toString(), copy.toString()).start();
        assertThat(cp.waitFor()).isZero();
        run(copy);
        assertThat(builds(copy)).isEqualTo(2);
    }

    @Test
    void aClassPathWithAFileThatIsGoneIsBuiltAnew() throws Exception {
        run(root);
        Files.delete(root.resolve("lib.jar"));
        run(root);
        assertThat(builds(root)).isEqualTo(2);
    }

    @Test
    void whatIsSavedDuringABuildIsBuiltNext() throws Exception {
        // Clocks of file systems are coarse: until it is later than the build's beginning.
        Files.writeString(
                root.resolve("during-the-build"),
                """
                cd schemas/src/main
                until [ new -nt ../../../deploy/quickstart/target/.built.new ]; do touch new; done
                """);
        run(root);
        Files.delete(root.resolve("during-the-build"));
        run(root);
        assertThat(builds(root)).isEqualTo(2);
    }

    @Test
    void aJarOfAnotherVersionIsNotRun() throws Exception {
        Path old = root.resolve("deploy/quickstart/target/quickstart-0.jar");
        Files.createDirectories(old.getParent());
        Files.createFile(old);
        run(root);
        assertThat(old).doesNotExist();
    }

    @Test
    void aJavaThatDoesNotRunIsShownWithWhatItSays() throws Exception {
        script("java", "echo no such libjvm >&2\nexit 127\n");
        Outcome outcome = launch(root);
        assertThat(outcome.status()).isEqualTo(2);
        assertThat(outcome.text()).contains("bin/java does not run").contains("no such libjvm");
    }

    @Test
    void everyCommandHasALogOfItsOwnAndTheOldestGo() throws Exception {
        Path logs = Files.createDirectories(root.resolve("deploy/quickstart/target/logs"));
        for (int i = 0; i < 25; i++) {
            // Numbers that no process can have.
            Files.createFile(logs.resolve("tamor-" + (2_000_000_000 + i) + ".log"));
        }
        Outcome outcome = launch(root);
        assertThat(outcome.text()).containsPattern("-Dtamor.log=" + logs + "/tamor-\\d+\\.log\n");
        try (Stream<Path> left = Files.list(logs)) {
            assertThat(left).hasSize(19);
        }
    }

    @Test
    void theLogGoesToTheTemporaryFolderWhereItCannotGoToTheCheckout() throws Exception {
        Path target = Files.createDirectories(root.resolve("deploy/quickstart/target"));
        Files.createFile(target.resolve("logs"));
        Outcome outcome = launch(root);
        assertThat(outcome.status()).isZero();
        assertThat(outcome.text())
                .containsPattern("-Dtamor.log=" + folder + "/tamor-logs-\\d+/tamor-\\d+\\.log\n");
    }
}
