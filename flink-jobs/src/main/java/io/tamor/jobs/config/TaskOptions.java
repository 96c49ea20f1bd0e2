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
