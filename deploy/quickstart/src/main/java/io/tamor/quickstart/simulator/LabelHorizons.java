package io.tamor.quickstart.simulator;

import io.tamor.jobs.config.ConfigurationException;
import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.config.Problems;
import io.tamor.jobs.config.TaskOptions;
import java.util.List;

/**
 * The label windows and thresholds of a deployment, which the true probabilities depend on.
 * Milliseconds after the impression; minor units.
 *
 * @param largeMinor a large investment is one transaction above it
 * @param totalMinor the user's total is positive above it
 */
public record LabelHorizons(
        long clickMs,
        long conversionMs,
        long investmentMs,
        long totalMs,
        long largeMinor,
        long totalMinor) {

    public LabelHorizons {
        new Problems()
                .require(
                        clickMs <= conversionMs && conversionMs <= investmentMs,
                        "the simulator wants the windows of click (%d ms), conversion (%d ms) and"
                                + " investment (%d ms) in this order of length",
                        clickMs,
                        conversionMs,
                        investmentMs)
                .throwIfAny("label windows");
    }

    /** The windows of the deployment's tasks, found by their labels. */
    public static LabelHorizons of(Deployment deployment) {
        TaskOptions large = task(deployment, TaskOptions.Label.LARGE_INVESTMENT);
        TaskOptions total = task(deployment, TaskOptions.Label.USER_TOTAL);
        return new LabelHorizons(
                task(deployment, TaskOptions.Label.CLICK).window().toMillis(),
                task(deployment, TaskOptions.Label.CONVERSION).window().toMillis(),
                task(deployment, TaskOptions.Label.INVESTMENT).window().toMillis(),
                total.window().toMillis(),
                large.thresholdMinor(),
                total.thresholdMinor());
    }

    private static TaskOptions task(Deployment deployment, TaskOptions.Label label) {
        return deployment.tasks().stream()
                .filter(task -> task.label() == label)
                .findFirst()
                .orElseThrow(
                        () ->
                                new ConfigurationException(
                                        "deployment " + deployment.name(),
                                        List.of(
                                                "tasks: the simulator wants one with label "
                                                        + label)));
    }
}
