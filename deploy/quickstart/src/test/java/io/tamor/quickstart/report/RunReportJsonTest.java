package io.tamor.quickstart.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The keys that scripts rely on; keys may be added, not renamed. */
class RunReportJsonTest {
    static RunReport example() {
        Map<String, Long> rejected = new LinkedHashMap<>();
        for (String cause : List.of("late", "orphan", "duplicate", "undecodable", "overflow")) {
            rejected.put(cause, 1L);
        }
        Map<String, RunReport.Labels> labels = new LinkedHashMap<>();
        labels.put("click", new RunReport.Labels(10, 2));
        RunReport.Quality quality =
                new RunReport.Quality(
                        "click", "all", 10, 2, 0.75, 0.4, 0.9, 1.1, 0.8, null, 0, 86_400_000);
        return new RunReport(
                new RunReport.Run(
                        "simulator", "wealth_app", 42, 2, List.of("click"), List.of("none"), "¥"),
                new RunReport.Events(10, 2, 1, 1),
                new RunReport.Timeline(10, 0, rejected, labels, 12_345, 0, 20),
                new RunReport.Learner("tamor", 20, 3, 0, List.of(quality), List.of(quality)),
                List.of(new RunReport.Snapshot(1, "file:/s/</script>", true, "", 5)),
                new RunReport.Seconds(9.5, 4.5, 3.5, 1.5),
                List.of(new RunReport.Check("c", true, "d")),
                List.of(new RunReport.DayOfEvents(0, 10, 2, 1, 1)),
                List.of(new RunReport.MaturedLabels("click", 0, 10, 2)),
                List.of(new RunReport.Throughput("timeline", 1.5, 10)));
    }

    @Test
    void hasTheContractsKeys() throws IOException {
        JsonNode contract =
                new ObjectMapper()
                        .readTree(
                                """
                                {"events": {"impressions": 10, "clicks": 2, "conversions": 1, "investments": 1},
                                 "timeline": {"samples": 10, "pending": 0,
                                   "rejected": {"late": 1, "orphan": 1, "duplicate": 1, "undecodable": 1, "overflow": 1},
                                   "labels": {"click": {"mature": 10, "positive": 2}}, "attributedAmountMinor": 12345},
                                 "learner": {"model": "tamor", "samples": 20, "steps": 3, "droppedSteps": 0,
                                   "metrics": [{"task": "click", "tier": "all", "count": 10, "positives": 2, "auc": 0.75,
                                     "logLoss": 0.4, "normalizedEntropy": 0.9, "calibration": 1.1}]},
                                 "snapshots": [{"version": 1, "path": "file:/s/</script>", "published": true, "reason": ""}],
                                 "seconds": {"total": 9.5, "timeline": 4.5, "learner": 3.5}}
                                """);
        JsonNode report = new ObjectMapper().readTree(ReportFiles.json(example()));
        assertContains(report, contract, "report");
    }

    private static void assertContains(JsonNode found, JsonNode wanted, String where) {
        if (wanted.isObject()) {
            wanted.properties()
                    .forEach(
                            field ->
                                    assertContains(
                                            found.path(field.getKey()),
                                            field.getValue(),
                                            where + "." + field.getKey()));
        } else if (wanted.isArray()) {
            for (int i = 0; i < wanted.size(); i++) {
                assertContains(found.path(i), wanted.get(i), where + "[" + i + "]");
            }
        } else {
            assertThat(found).as(where).isEqualTo(wanted);
        }
    }

    @Test
    void thePageHoldsFiguresAndLibraryAndNeedsNoNetwork() {
        String page = ReportPage.of(example());
        assertThat(page)
                .contains("\"attributedAmountMinor\":12345")
                .contains("echarts")
                .contains("file:/s/<\\/script>")
                .doesNotContain("/*FIGURES*/")
                .doesNotContain("/*STYLE*/")
                .doesNotContain("/*CHARTS*/")
                .doesNotContain("<link")
                .doesNotContain("src=\"http");
    }
}
