package io.tamor.model.gate;

import io.tamor.model.config.ModelSpec;
import io.tamor.model.config.Target;
import io.tamor.model.metric.AmountMetrics;
import io.tamor.model.metric.BinaryMetrics;
import io.tamor.model.metric.MetricRow;
import io.tamor.model.metric.MetricTable;
import io.tamor.model.metric.RecentMetrics;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Judges a model by its metrics per task and tier, and against those of another one on the same
 * labels. A slice with too few labels is not judged. The absolute bounds hold whatever the other
 * one does: where labels look unlike anything a sound model predicts, nothing new is published.
 * They apply to binary tasks; an amount's tail is too heavy for them. Pure and immutable.
 */
public final class Gate {
    private final ModelSpec spec;
    private final GateBounds bounds;

    public Gate(ModelSpec spec, GateBounds bounds) {
        this.spec = spec;
        this.bounds = bounds;
    }

    /** Whether the labels suffice to judge at least one task over all tiers. */
    public boolean ready(RecentMetrics metrics) {
        for (int task = 0; task < spec.tasks().size(); task++) {
            long positives = metrics.positives(task);
            boolean amount = spec.tasks().get(task).target() == Target.AMOUNT;
            long fewest = amount ? positives : Math.min(positives, metrics.count(task) - positives);
            if (fewest >= bounds.minLabels()) {
                return true;
            }
        }
        return false;
    }

    /**
     * Judges a candidate.
     *
     * @param live the live version's metrics on the same labels; null where none is live
     * @param against the live version's number; null where none is live
     */
    public GateReport judge(
            MetricTable candidate, @Nullable MetricTable live, @Nullable Long against) {
        List<String> reasons = new ArrayList<>(broken(candidate));
        if (live != null) {
            reasons.addAll(regressions(candidate, live));
        }
        return new GateReport(reasons.isEmpty(), against, reasons, slices(candidate, live));
    }

    /** AUC by task over all tiers; NaN where there are too few labels, or amounts. */
    public List<Double> aucs(MetricTable metrics) {
        List<Double> aucs = new ArrayList<>();
        for (int task = 0; task < spec.tasks().size(); task++) {
            BinaryMetrics binary = metrics.binary(task, MetricTable.ALL, MetricTable.ALL);
            aucs.add(
                    binary != null && enough(metrics, task, MetricTable.ALL)
                            ? binary.auc()
                            : Double.NaN);
        }
        return aucs;
    }

    /** The absolute bounds that a model breaks. */
    public List<String> broken(MetricTable metrics) {
        List<String> reasons = new ArrayList<>();
        forEachSlice(
                (task, tier) -> {
                    BinaryMetrics m = metrics.binary(task, tier, MetricTable.ALL);
                    if (m == null || !enough(metrics, task, tier)) {
                        return;
                    }
                    double calibration = m.calibration();
                    if (!(calibration <= bounds.calibration()
                            && calibration >= 1 / bounds.calibration())) {
                        reasons.add(
                                text(
                                        "%s: calibration %.3f, wanted within [%.3f, %.3f]",
                                        name(task, tier),
                                        calibration,
                                        1 / bounds.calibration(),
                                        bounds.calibration()));
                    }
                    if (!(m.normalizedEntropy() <= bounds.normalizedEntropy())) {
                        reasons.add(
                                text(
                                        "%s: normalized entropy %.4f, wanted at most %.4f",
                                        name(task, tier),
                                        m.normalizedEntropy(),
                                        bounds.normalizedEntropy()));
                    }
                });
        return reasons;
    }

    /** Where a model is worse than another one on the same labels, beyond what is allowed. */
    public List<String> regressions(MetricTable metrics, MetricTable reference) {
        List<String> reasons = new ArrayList<>();
        forEachSlice(
                (task, tier) -> {
                    if (enough(metrics, task, tier) && enough(reference, task, tier)) {
                        compare(metrics, reference, task, tier, reasons);
                    }
                });
        return reasons;
    }

    private void compare(
            MetricTable metrics, MetricTable reference, int task, int tier, List<String> reasons) {
        BinaryMetrics own = metrics.binary(task, tier, MetricTable.ALL);
        BinaryMetrics other = reference.binary(task, tier, MetricTable.ALL);
        if (own != null && other != null) {
            if (!(own.auc() >= other.auc() - bounds.aucDrop())) {
                reasons.add(
                        text(
                                "%s: AUC %.4f, live %.4f, may drop by %.4f",
                                name(task, tier), own.auc(), other.auc(), bounds.aucDrop()));
            }
            compareLoss("log loss", own.logLoss(), other.logLoss(), task, tier, reasons);
        }
        AmountMetrics ownAmount = metrics.amount(task, tier, MetricTable.ALL);
        AmountMetrics otherAmount = reference.amount(task, tier, MetricTable.ALL);
        if (ownAmount != null && otherAmount != null) {
            compareLoss("NRMSE", ownAmount.nrmse(), otherAmount.nrmse(), task, tier, reasons);
        }
    }

    private void compareLoss(
            String what, double own, double other, int task, int tier, List<String> reasons) {
        if (!(own <= other * (1 + bounds.lossRise()))) {
            reasons.add(
                    text(
                            "%s: %s %.4f, live %.4f, may rise by %.1f %%",
                            name(task, tier), what, own, other, 100 * bounds.lossRise()));
        }
    }

    private List<SliceReport> slices(MetricTable candidate, @Nullable MetricTable live) {
        List<SliceReport> slices = new ArrayList<>();
        forEachSlice(
                (task, tier) -> {
                    if (enough(candidate, task, tier)) {
                        slices.add(slice(candidate, live, task, tier));
                    }
                });
        return slices;
    }

    private SliceReport slice(
            MetricTable candidate, @Nullable MetricTable live, int task, int tier) {
        BinaryMetrics binary = candidate.binary(task, tier, MetricTable.ALL);
        AmountMetrics amount = candidate.amount(task, tier, MetricTable.ALL);
        long count = binary != null ? binary.count() : amount == null ? 0 : amount.count();
        long positives =
                binary != null ? binary.positives() : amount == null ? 0 : amount.positives();
        return new SliceReport(
                spec.tasks().get(task).name(),
                tierName(tier),
                count,
                positives,
                figures(candidate, task, tier),
                live == null ? new TreeMap<>() : figures(live, task, tier));
    }

    private static SortedMap<String, Double> figures(MetricTable metrics, int task, int tier) {
        BinaryMetrics binary = metrics.binary(task, tier, MetricTable.ALL);
        AmountMetrics amount = metrics.amount(task, tier, MetricTable.ALL);
        SortedMap<String, Double> figures = new TreeMap<>();
        if (binary != null) {
            figures.put("auc", binary.auc());
            figures.put("log_loss", binary.logLoss());
            figures.put("calibration", binary.calibration());
            figures.put("normalized_entropy", binary.normalizedEntropy());
        } else if (amount != null) {
            figures.put("nrmse", amount.nrmse());
            figures.put("calibration", amount.calibration());
        }
        figures.values().removeIf(value -> !Double.isFinite(value));
        return figures;
    }

    private boolean enough(MetricTable metrics, int task, int tier) {
        BinaryMetrics binary = metrics.binary(task, tier, MetricTable.ALL);
        AmountMetrics amount = metrics.amount(task, tier, MetricTable.ALL);
        if (binary != null) {
            long rarer = Math.min(binary.positives(), binary.count() - binary.positives());
            // Where all of a class weigh nothing there is nothing to compare.
            return rarer >= bounds.minLabels() && Double.isFinite(binary.auc());
        }
        return amount != null && amount.positives() >= bounds.minLabels();
    }

    private interface SliceVisitor {
        void visit(int task, int tier);
    }

    private void forEachSlice(SliceVisitor visitor) {
        for (int task = 0; task < spec.tasks().size(); task++) {
            for (int tier = MetricTable.ALL; tier < spec.input().tiers().size(); tier++) {
                visitor.visit(task, tier);
            }
        }
    }

    private String name(int task, int tier) {
        return spec.tasks().get(task).name() + ", tier " + tierName(tier);
    }

    private String tierName(int tier) {
        return tier == MetricTable.ALL ? MetricRow.ALL : spec.input().tiers().get(tier);
    }

    private static String text(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
