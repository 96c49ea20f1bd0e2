package io.tamor.jobs.config;

import java.io.Serializable;
import java.time.Duration;
import java.util.List;

/**
 * A prediction task and the label it learns.
 *
 * @param kind where the model predicts it ({@code model.md}, TAMOR B to D)
 * @param window the label is final this long after the impression (inclusive), earlier where the
 *     impression's valid_until is earlier; a USER_TOTAL ignores valid_until
 * @param thresholdMinor LARGE_INVESTMENT: one transaction above it; USER_TOTAL: the sum above it;
 *     minor units, 0 otherwise
 * @param scenarios the scenarios the task exists in; elsewhere its label is masked; empty: all
 * @param weight factor of the task's loss
 */
public record TaskOptions(
        String name,
        Label label,
        Kind kind,
        Duration window,
        long thresholdMinor,
        List<String> scenarios,
        double weight)
        implements Serializable {
    public TaskOptions {
        scenarios = scenarios == null ? List.of() : List.copyOf(scenarios);
    }

    /** Adds what is wrong with this task of a deployment with the scenarios known. */
    void check(Problems problems, List<String> known) {
        String key = "tasks." + name;
        boolean thresholded = label == Label.LARGE_INVESTMENT || label == Label.USER_TOTAL;
        problems.require(
                        thresholded || thresholdMinor == 0,
                        "%s.threshold_minor belongs to large-investment and user-total, not %s",
                        key,
                        label)
                .require(
                        !window.isZero() && !window.isNegative(),
                        "%s.window must be > 0, was %s",
                        key,
                        window)
                .require(
                        kind != Kind.USER_BIAS || label == Label.USER_TOTAL,
                        "%s: kind user-bias predicts what does not depend on the item; label %s does",
                        key,
                        label);
        for (String scenario : scenarios) {
            problems.require(
                    known.contains(scenario),
                    "%s.scenarios: %s is not among scenarios %s",
                    key,
                    scenario,
                    known);
        }
    }

    /**
     * What the timeline computes. AMOUNT: attributed subscriptions, major units; the others 0 or 1.
     */
    public enum Label {
        CLICK,
        CONVERSION,
        INVESTMENT,
        LARGE_INVESTMENT,
        AMOUNT,
        USER_TOTAL
    }

    /** The part of the network that predicts it. */
    public enum Kind {
        COMMON,
        USER_SPECIFIC,
        USER_BIAS
    }
}
