package io.tamor.quickstart.cli;

import io.tamor.quickstart.report.RunReport;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A report in a few lines of text. */
record RunSummary(RunReport report) {

    List<String> lines() {
        List<String> lines = new ArrayList<>();
        RunReport.Events events = report.events();
        lines.add(
                text(
                        "events        %,d impressions, %,d clicks, %,d conversions, %,d investments",
                        events.impressions(),
                        events.clicks(),
                        events.conversions(),
                        events.investments()));
        RunReport.Timeline timeline = report.timeline();
        lines.add(
                text(
                        "samples       %,d impressions matured, %,d pending, rejected %s",
                        timeline.samples(), timeline.pending(), timeline.rejected()));
        RunReport.Learner learner = report.learner();
        lines.add(
                text(
                        "learner       %s, %,d samples, %,d steps (%d dropped)",
                        learner.model(),
                        learner.samples(),
                        learner.steps(),
                        learner.droppedSteps()));
        for (RunReport.Quality quality : learner.metrics()) {
            if (quality.tier().equals("all")) {
                lines.add(
                        text(
                                "  %-22s AUC %s%s%s  calibration %s  (%,d labels, %,d positive)",
                                quality.task(),
                                figure(quality.auc()),
                                beside("oracle", quality.oracleAuc()),
                                beside("offline yardstick", quality.referenceAuc()),
                                figure(quality.calibration()),
                                quality.count(),
                                quality.positives()));
            }
        }
        long published = report.snapshots().stream().filter(s -> s.published()).count();
        lines.add(
                text(
                        "snapshots     %d published, %d rejected or taken back",
                        published, report.snapshots().size() - published));
        for (RunReport.Check check : report.checks()) {
            lines.add(
                    text(
                            "%-13s %s: %s",
                            check.held() ? "held" : "FAILED", check.name(), check.detail()));
        }
        RunReport.Seconds seconds = report.seconds();
        lines.add(
                text(
                        "seconds       %.1f (events %.1f, timeline %.1f, learner %.1f)",
                        seconds.total(), seconds.events(), seconds.timeline(), seconds.learner()));
        return lines;
    }

    private static String beside(String what, @Nullable Double value) {
        return value == null ? "" : " (" + what + " " + figure(value) + ")";
    }

    private static String figure(@Nullable Double value) {
        return value == null ? "-" : text("%.3f", value);
    }

    private static String text(String format, Object... arguments) {
        return String.format(Locale.ROOT, format, arguments);
    }
}
