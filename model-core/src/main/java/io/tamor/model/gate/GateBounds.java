package io.tamor.model.gate;

/**
 * What the gate allows.
 *
 * @param minLabels labels of each class that a task and tier needs to be judged (an amount: labels
 *     above 0)
 * @param aucDrop the most by which the AUC may be below the live version's
 * @param lossRise the most by which log loss (of an amount: NRMSE) may be above the live version's,
 *     as a share of it
 * @param calibration predicted over observed must be within [1 / calibration, calibration]
 * @param normalizedEntropy normalised entropy may be this high at most; 1 is what knowing the rate
 *     alone would give
 */
public record GateBounds(
        long minLabels,
        double aucDrop,
        double lossRise,
        double calibration,
        double normalizedEntropy) {}
