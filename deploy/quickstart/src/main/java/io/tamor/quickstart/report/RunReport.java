package io.tamor.quickstart.report;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a run did: {@code report.json}. Keys may be added, not renamed. Times are epoch
 * milliseconds, UTC, amounts minor units, figures that are not defined are null.
 */
@JsonInclude(JsonInclude.Include.ALWAYS)
public record RunReport(
        Run run,
        Events events,
        Timeline timeline,
        Learner learner,
        List<Snapshot> snapshots,
        Seconds seconds,
        List<Check> checks,
        List<DayOfEvents> days,
        List<MaturedLabels> maturity,
        List<Throughput> throughput) {

    /** What was run. */
    public record Run(
            String source,
            String deployment,
            long seed,
            int parallelism,
            List<String> tasks,
            List<String> tiers,
            String currency) {}

    /** Distinct readable records by stream. */
    public record Events(long impressions, long clicks, long conversions, long investments) {}

    /**
     * @param samples impressions whose last label has matured
     * @param pending impressions with a label still open
     * @param rejected records by cause
     * @param rejectedImpressions distinct impressions that were rejected
     * @param emittedSamples samples of all stages
     */
    public record Timeline(
            long samples,
            long pending,
            Map<String, Long> rejected,
            Map<String, Labels> labels,
            long attributedAmountMinor,
            long rejectedImpressions,
            long emittedSamples) {}

    /** Labels that became final. */
    public record Labels(long mature, long positive) {}

    /**
     * @param metrics test-then-train over all mature labels, by task and tier ("all" and each)
     * @param windows the same by event time
     */
    public record Learner(
            String model,
            long samples,
            long steps,
            long droppedSteps,
            List<Quality> metrics,
            List<Quality> windows) {}

    /**
     * Quality of one task in one tier over the maturities {@code [fromMs, toMs)}.
     *
     * @param oracleAuc of the true probabilities on the same labels; null where they are unknown
     * @param referenceAuc published for another way of learning; null where there is none
     */
    public record Quality(
            String task,
            String tier,
            long count,
            long positives,
            @Nullable Double auc,
            @Nullable Double logLoss,
            @Nullable Double normalizedEntropy,
            @Nullable Double calibration,
            @Nullable Double oracleAuc,
            @Nullable Double referenceAuc,
            long fromMs,
            long toMs) {}

    /** A version of the model. */
    public record Snapshot(
            long version, String path, boolean published, String reason, long eventTimeMs) {}

    /** Wall-clock durations. */
    public record Seconds(double total, double timeline, double learner, double events) {}

    /** Something that must hold of every run. */
    public record Check(String name, boolean held, String detail) {}

    /** Distinct events of a day (UTC). */
    public record DayOfEvents(
            long fromMs, long impressions, long clicks, long conversions, long investments) {}

    /** Labels of a task that became final on a day (UTC). */
    public record MaturedLabels(String task, long fromMs, long mature, long positive) {}

    /** Records a stage had read so many seconds after its start. */
    public record Throughput(String stage, double seconds, long records) {}

    /** True where every check held. */
    public boolean sound() {
        return checks.stream().allMatch(Check::held);
    }
}
