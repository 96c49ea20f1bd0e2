package io.tamor.quickstart.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.avro.file.DataFileReader;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

class CommandLineTest {
    @TempDir private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... arguments) {
        return TamorCommand.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }

    /** The empty name stands for the root. */
    static Stream<String> everyCommand() {
        return Stream.concat(
                Stream.of(""),
                TamorCommand.commandLine().getSubcommands().values().stream()
                        .map(CommandLine::getCommandName)
                        .distinct());
    }

    @ParameterizedTest
    @MethodSource("everyCommand")
    void everyCommandHasHelp(String command) {
        assertThat(command.isEmpty() ? run("--help") : run(command, "--help")).isZero();
        assertThat(out.toString()).startsWith("Usage: tamor");
    }

    @Test
    void anUnknownOptionIsWrongUsage() {
        assertThat(run("quickstart", "--event", "10")).isEqualTo(2);
        assertThat(err.toString()).contains("--event");
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void aWrongDataPathSaysWhatIsMissingWhereAndWhatToDo() {
        assertThat(
                        run(
                                "replay",
                                "--dataset",
                                "starbucks_offers",
                                "--data",
                                folder.toString(),
                                "--json"))
                .isEqualTo(2);
        assertThat(err.toString())
                .contains("portfolio.json is not in " + folder)
                .contains("give the folder that holds them")
                .doesNotContain("\tat ");
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void anUnknownDataSetNamesThoseThereAre() {
        assertThat(run("replay", "--dataset", "nothing", "--data", folder.toString())).isEqualTo(2);
        assertThat(err.toString()).contains("nothing").contains("starbucks_offers");
    }

    @Test
    void aFolderWithOtherFilesIsNotWrittenOver() throws IOException {
        Files.writeString(folder.resolve("letter.txt"), "mine");
        assertThat(run("quickstart", "--out", folder.toString())).isEqualTo(2);
        assertThat(err.toString()).contains(".tamor-run").contains("give an empty or a new folder");
        assertThat(folder.resolve("letter.txt")).hasContent("mine");
    }

    @Test
    void anUnknownModelIsAConfigurationErrorEveryTime() {
        for (int i = 0; i < 2; i++) {
            err.getBuffer().setLength(0);
            assertThat(run("quickstart", "--model", "tamot", "--out", folder.toString()))
                    .isEqualTo(2);
            assertThat(err.toString()).contains("/model/network").contains("tamot");
        }
    }

    @Test
    void aMissingBrokerIsNamedWithItsAddressAndAnEarlierTruthStays() throws IOException {
        Path truth = Files.writeString(folder.resolve("truth.csv.gz"), "of the run before");
        assertThat(
                        run(
                                "simulate",
                                "--events",
                                "1000",
                                "--seed",
                                "1",
                                "--kafka",
                                "127.0.0.1:1",
                                "--truth",
                                truth.toString()))
                .isEqualTo(1);
        assertThat(truth).hasContent("of the run before");
        assertThat(err.toString())
                .contains("127.0.0.1:1")
                .contains("is it running")
                .doesNotContain("\tat ");
    }

    @Test
    void simulatingToFilesNeedsATarget() {
        assertThat(run("simulate", "--events", "1000", "--seed", "1")).isEqualTo(2);
        assertThat(err.toString()).contains("--kafka").contains("--out");
    }

    @Test
    void simulatesToFilesTheSameTwice() throws IOException {
        Path first = folder.resolve("first");
        Path second = folder.resolve("second");
        for (Path target : new Path[] {first, second}) {
            assertThat(
                            run(
                                    "simulate",
                                    "--events",
                                    "3000",
                                    "--seed",
                                    "5",
                                    "--out",
                                    target.toString()))
                    .isZero();
        }
        List<String> files = names(first);
        assertThat(files)
                .hasSize(5)
                .contains("truth.csv.gz", "impressions.avro")
                .isEqualTo(names(second));
        assertThat(files)
                .allSatisfy(
                        name ->
                                assertThat(first.resolve(name))
                                        .hasSameBinaryContentAs(second.resolve(name)));
        assertThat(records(first.resolve("impressions.avro"))).isGreaterThan(1_000);
    }

    private static List<String> names(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    private static long records(Path file) throws IOException {
        long count = 0;
        try (DataFileReader<GenericRecord> reader =
                new DataFileReader<>(file.toFile(), new GenericDatumReader<>())) {
            while (reader.hasNext()) {
                reader.next();
                count++;
            }
        }
        return count;
    }

    @Test
    void aTerminalWithoutAnEncodingGetsUtf8() throws IOException, InterruptedException {
        Path config = Files.writeString(folder.resolve("deployment.yaml"), "größe: 3");
        Process process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Dfile.encoding=US-ASCII",
                                "-cp",
                                System.getProperty("java.class.path"),
                                TamorCommand.class.getName(),
                                "config",
                                "check",
                                config.toString())
                        .redirectErrorStream(true)
                        .start();
        process.getOutputStream().close();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).isEqualTo(2);
        assertThat(text).contains("größe");
    }
}
