package io.tamor.quickstart.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.tamor.quickstart.dataset.Dataset;
import io.tamor.quickstart.dataset.Datasets;
import io.tamor.quickstart.dataset.SharedData;
import io.tamor.quickstart.report.RunReport;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The rewards app's log must give the same figures, which two other programs have found, whatever
 * the parallelism and the order of arrival, and however many events come twice.
 */
class ReplayITCase {
    /** Quality of the first run; the others must have the same, to the last bit. */
    private static @Nullable List<RunReport.Quality> quality;

    @TempDir private Path out;

    @ParameterizedTest(name = "parallelism {0}, shuffled by {1}, {2} sent twice")
    @CsvSource({"2, , 0", "2, 7, 0.05", "1, 8, 0.05"})
    void theFiguresAreExact(int parallelism, Long shuffleSeed, double resend) {
        Path data = SharedData.folder("starbucks_offers");
        Dataset dataset = Datasets.named("starbucks_offers");
        RunReport report =
                new LocalRun(
                                new DatasetSource(
                                        dataset, data, Long.MAX_VALUE, shuffleSeed, resend),
                                new LocalRun.Options(out, parallelism, null, false),
                                new ConsoleProgress(System.err, false))
                        .run();

        assertThat(report.checks()).allMatch(RunReport.Check::held);
        assertThat(report.events())
                .isEqualTo(new RunReport.Events(57_178, 43_265, 25_094, 104_028));
        RunReport.Timeline timeline = report.timeline();
        assertThat(timeline.samples()).isEqualTo(57_178);
        assertThat(timeline.pending()).isZero();
        assertThat(timeline.labels())
                .containsEntry("click", new RunReport.Labels(57_178, 42_377))
                .containsEntry("conversion", new RunReport.Labels(45_696, 17_405))
                .containsEntry("investment", new RunReport.Labels(57_178, 32_665))
                .containsEntry("large_investment", new RunReport.Labels(57_178, 11_237));
        assertThat(timeline.attributedAmountMinor()).isEqualTo(119_482_424);
        assertThat(timeline.rejected())
                .containsEntry("late", 0L)
                .containsEntry("orphan", 888L) // views after the offer ran out
                .containsEntry("undecodable", 0L)
                .containsEntry("overflow", 0L);
        // 357 second completions of an offer, and what was sent twice.
        if (resend == 0) {
            assertThat(timeline.rejected()).containsEntry("duplicate", 357L);
        } else {
            assertThat(timeline.rejected().get("duplicate")).isBetween(10_500L, 12_900L);
        }
        assertThat(report.learner().samples()).isEqualTo(timeline.emittedSamples());
        // The same samples in the same order make the same model.
        if (quality == null) {
            quality = report.learner().metrics();
        }
        assertThat(report.learner().metrics()).isEqualTo(quality);
    }
}
