package io.tamor.quickstart.run;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tamor.quickstart.cli.TamorCommand;
import io.tamor.quickstart.report.RunReport;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole system, small: an embedded broker, both jobs on a mini cluster, the report. */
class QuickstartITCase {
    @TempDir private Path folder;

    /** Visits the web UI as soon as the run says where it is. */
    private static final class TestingProgress implements ProgressReporter {
        private final List<String> lines = new CopyOnWriteArrayList<>();
        private final List<Integer> answers = new ArrayList<>();

        @Override
        public Stage stage(String name, long expectedCount, String unit) {
            return new Stage() {
                @Override
                public void at(long count) {}

                @Override
                public void close() {}
            };
        }

        @Override
        public void line(String text) {
            lines.add(text);
            if (text.startsWith("Flink web UI")) {
                answers.add(get(text.substring(text.indexOf("http"))));
            }
        }

        private static int get(String address) {
            try {
                return HttpClient.newHttpClient()
                        .send(
                                HttpRequest.newBuilder(URI.create(address)).build(),
                                HttpResponse.BodyHandlers.ofString())
                        .statusCode();
            } catch (IOException e) {
                return -1;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return -1;
            }
        }
    }

    @Test
    void eventsBecomeSamplesAModelAndAReport() throws IOException {
        TestingProgress progress = new TestingProgress();
        Path out = folder.resolve("a folder with spaces");
        RunReport report =
                new LocalRun(
                                new SimulatorSource(6_000, 3),
                                new LocalRun.Options(out, 2, null, false),
                                progress)
                        .run();

        assertThat(report.checks()).allMatch(RunReport.Check::held);
        assertThat(report.timeline().samples() + report.timeline().rejectedImpressions())
                .isEqualTo(report.events().impressions());
        assertThat(report.timeline().rejected().get("undecodable")).isPositive();
        assertThat(report.timeline().rejected().get("duplicate")).isPositive();
        assertThat(report.timeline().rejected().get("orphan")).isPositive();
        assertThat(report.timeline().rejected().get("late")).isZero();
        assertThat(report.learner().samples()).isEqualTo(report.timeline().emittedSamples());
        assertThat(report.learner().steps()).isPositive();
        assertThat(report.learner().metrics())
                .filteredOn(quality -> quality.tier().equals("all"))
                .hasSize(5)
                .allSatisfy(
                        quality -> {
                            assertThat(quality.oracleAuc()).isBetween(0.7, 1.0);
                            assertThat(quality.count())
                                    .isEqualTo(
                                            report.timeline()
                                                    .labels()
                                                    .get(quality.task())
                                                    .mature());
                        });
        assertThat(report.snapshots()).isNotEmpty();
        assertThat(progress.answers).containsExactly(200);
        JsonNode written = new ObjectMapper().readTree(out.resolve("report.json").toFile());
        assertThat(written.at("/timeline/samples").asLong()).isEqualTo(report.timeline().samples());
        assertThat(Files.size(out.resolve("report.html"))).isGreaterThan(500_000);
        assertThat(out.resolve(".work")).doesNotExist();
    }

    @Test
    void theCommandPrintsOneJsonDocumentAndNothingElse() throws IOException {
        StringWriter out = new StringWriter();
        int status =
                TamorCommand.commandLine()
                        .setOut(new PrintWriter(out, true))
                        .execute(
                                "quickstart",
                                "--events",
                                "1500",
                                "--parallelism",
                                "1",
                                "--json",
                                "--out",
                                folder.resolve("out").toString());
        assertThat(status).isZero();
        JsonNode report = new ObjectMapper().readTree(out.toString());
        assertThat(report.at("/learner/model").asText()).isEqualTo("tamor");
        assertThat(report.at("/run/parallelism").asInt()).isEqualTo(1);
    }
}
