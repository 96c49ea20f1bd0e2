package io.tamor.quickstart.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tamor.jobs.cli.UsageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutputFolderTest {
    @TempDir private Path root;

    @Test
    void aRunThatWasEndedHalfWayDoesNotBarItsFolder() throws IOException {
        OutputFolder killed = OutputFolder.prepare(root);
        Path rest = Files.writeString(killed.work().resolve("segment"), "rest");
        killed.lock().acquiredBy().close(); // as the end of its process does
        try (OutputFolder next = OutputFolder.prepare(root)) {
            assertThat(next.work()).exists();
            assertThat(rest).doesNotExist();
        }
        assertThat(root.resolve(".work")).doesNotExist();
    }

    @Test
    void whatARunLeftIsReplacedAndWhatAUserAddedStays() throws IOException {
        try (OutputFolder first = OutputFolder.prepare(root)) {
            Files.createDirectories(first.snapshots().resolve("v00000001"));
            for (String name : new String[] {"report.json", "truth.csv.gz", "notes.txt"}) {
                Files.writeString(root.resolve(name), name);
            }
        }
        try (OutputFolder second = OutputFolder.prepare(root)) {
            assertThat(second.snapshots()).doesNotExist();
            assertThat(root.resolve("report.json")).doesNotExist();
            assertThat(root.resolve("truth.csv.gz")).doesNotExist();
            assertThat(root.resolve("notes.txt")).exists();
        }
    }

    @Test
    void aFolderWithADeploymentButNoMarkerMayBeAUsersOwn() throws IOException {
        Path own = Files.writeString(root.resolve("deployment.yaml"), "name: mine");
        Path samples = Files.createDirectories(root.resolve("samples"));
        assertThatThrownBy(() -> OutputFolder.prepare(root))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining(root.toString())
                .hasMessageContaining(".tamor-run")
                .hasMessageContaining("delete this one");
        assertThat(own).hasContent("name: mine");
        assertThat(samples).exists();
    }

    @Test
    void aSecondRunIntoTheSameFolderIsRefused() throws IOException {
        try (OutputFolder first = OutputFolder.prepare(root)) {
            Path report = Files.writeString(first.reportJson(), "{}");
            assertThatThrownBy(() -> OutputFolder.prepare(root))
                    .isInstanceOf(UsageException.class)
                    .hasMessageContaining("another run uses this folder");
            assertThat(report).exists();
        }
    }
}
