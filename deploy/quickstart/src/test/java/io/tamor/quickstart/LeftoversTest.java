package io.tamor.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LeftoversTest {

    /** Fills a folder, starts a process, tells of both, and waits to be ended. */
    static final class Worker {
        private Worker() {}

        public static void main(String[] arguments) throws Exception {
            Path folder = Leftovers.temporaryFolder();
            Files.writeString(Files.createDirectories(folder.resolve("a/b")).resolve("c"), "work");
            System.out.println(folder);
            System.out.println(Leftovers.start(new ProcessBuilder("sleep", "600")).pid());
            Thread.sleep(600_000);
        }
    }

    @Test
    void aProcessThatIsEndedFromOutsideLeavesNeitherFolderNorProcess() throws Exception {
        Process worker =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-cp",
                                System.getProperty("java.class.path"),
                                Worker.class.getName())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        try (BufferedReader told = worker.inputReader(StandardCharsets.UTF_8)) {
            Path folder = Path.of(told.readLine());
            ProcessHandle child = ProcessHandle.of(Long.parseLong(told.readLine())).orElseThrow();
            assertThat(folder.resolve("a/b/c")).exists();

            worker.destroy();

            assertThat(worker.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(folder).doesNotExist();
            child.onExit().get(60, TimeUnit.SECONDS);
        } finally {
            worker.destroyForcibly();
        }
    }

    @Test
    void aFolderThatIsNotThereIsAsGoodAsDeleted() throws IOException {
        Path folder = Leftovers.temporaryFolder();
        Leftovers.delete(folder);
        Leftovers.delete(folder);
        assertThat(folder).doesNotExist();
    }
}
