package io.tamor.jobs.verify.logic;

import io.tamor.jobs.verify.logic.BatchOracle.LabelChange;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Holds corrections against the oracle's: for each label that a late outcome changed there is one,
 * from the label before to the label after, and the versions of a label grow in the order of
 * arrival. So the last one makes it the label of all events.
 */
final class CorrectionVerification {
    private final Scope scope;
    private final Consumer<Difference> differences;

    private record LabelKey(SampleKey sample, String task) {
        @Override
        public String toString() {
            return sample + ", task " + task;
        }
    }

    private record ChangeKey(LabelKey label, Place outcome) {}

    CorrectionVerification(Scope scope, Consumer<Difference> differences) {
        this.scope = scope;
        this.differences = differences;
    }

    /**
     * @return how many corrections there should be
     */
    long verify(List<LabelChange> wanted, List<FoundCorrection> found) {
        Map<ChangeKey, FoundCorrection> byKey = new LinkedHashMap<>();
        for (FoundCorrection one : found) {
            LabelKey label =
                    new LabelKey(SampleKey.of(one.correction()), one.correction().getTask());
            FoundCorrection first = byKey.putIfAbsent(new ChangeKey(label, one.outcome()), one);
            if (first != null && inScope(one)) {
                report(
                        Difference.Kind.UNEXPECTED_CORRECTION,
                        label,
                        one.place(),
                        List.of("first at " + first.place()));
            }
        }
        long count = 0;
        Map<LabelKey, Long> versions = new HashMap<>();
        for (LabelChange change : wanted) {
            LabelKey label = new LabelKey(SampleKey.of(change.sample()), change.task());
            FoundCorrection there = byKey.remove(new ChangeKey(label, change.outcome().place()));
            if (!scope.holds(change.sample().getMaturedAtMs())) {
                continue;
            }
            count++;
            if (there == null) {
                report(
                        Difference.Kind.MISSING_CORRECTION,
                        label,
                        change.outcome().place(),
                        List.of("wanted " + change.before() + " to " + change.after()));
                continue;
            }
            List<String> details = details(change, there, versions.getOrDefault(label, 0L));
            versions.put(label, there.correction().getVersion());
            if (!details.isEmpty()) {
                report(Difference.Kind.DIFFERENT_CORRECTION, label, there.place(), details);
            }
        }
        byKey.forEach(
                (key, one) -> {
                    if (inScope(one)) {
                        report(
                                Difference.Kind.UNEXPECTED_CORRECTION,
                                key.label(),
                                one.place(),
                                List.of("by the outcome at " + one.outcome()));
                    }
                });
        return count;
    }

    private static List<String> details(LabelChange wanted, FoundCorrection found, long above) {
        List<String> details = new ArrayList<>();
        var correction = found.correction();
        differs(details, "oldLabel", wanted.before(), correction.getOldLabel());
        differs(details, "newLabel", wanted.after(), correction.getNewLabel());
        differs(
                details,
                "impressionTimeMs",
                wanted.sample().getImpressionTimeMs(),
                correction.getImpressionTimeMs());
        differs(
                details,
                "maturedAtMs",
                wanted.sample().getMaturedAtMs(),
                correction.getMaturedAtMs());
        differs(details, "outcomeTimeMs", wanted.outcome().timeMs(), correction.getOutcomeTimeMs());
        if (correction.getVersion() <= above) {
            details.add(
                    "version: wanted one above " + above + ", found " + correction.getVersion());
        }
        return details;
    }

    private static void differs(List<String> details, String field, Object wanted, Object found) {
        if (!wanted.equals(found)) {
            details.add(field + ": wanted " + wanted + ", found " + found);
        }
    }

    private boolean inScope(FoundCorrection one) {
        return scope.holds(one.correction().getMaturedAtMs());
    }

    private void report(Difference.Kind kind, LabelKey label, Place place, List<String> details) {
        differences.accept(new Difference(kind, label.toString(), place, details));
    }
}
