package io.tamor.jobs.config;

import io.tamor.model.gate.GateBounds;
import java.io.Serializable;
import java.time.Duration;

/**
 * What keeps a bad model from readers.
 *
 * @param enabled false: every version is published, nothing is scored twice
 * @param horizon labels that became final within this event time are judged by; a version that is
 *     due waits for labels at most as long
 * @param trial event time for which a published version is compared with the one before it
 * @param minLabels labels of each class that a task and tier needs to be judged
 * @param aucDrop the most by which an AUC may be below the live version's
 * @param lossRise the most by which a loss may be above the live version's, as a share of it
 * @param aucShock labels on which the live version's AUC is this far below what it was when it was
 *     published are not believed before they have lasted for a horizon
 * @param calibration predicted over observed must be within [1 / calibration, calibration]
 * @param normalizedEntropy highest normalised entropy
 * @param patience rejections in a row of candidates worse than the live version after which the
 *     learner goes back to it
 * @param divergenceFactor a step diverges when its loss is this many times the running level, or
 *     not finite
 * @param divergenceSteps diverging steps in a row after which the learner goes back to the live
 *     version
 */
public record GateOptions(
        boolean enabled,
        Duration horizon,
        Duration trial,
        long minLabels,
        double aucDrop,
        double lossRise,
        double aucShock,
        double calibration,
        double normalizedEntropy,
        int patience,
        double divergenceFactor,
        int divergenceSteps)
        implements Serializable {

    /** A shorter horizon holds too little to judge by. */
    public static final Duration LEAST_HORIZON = Duration.ofMinutes(1);

    /** What the judgement goes by. */
    public GateBounds bounds() {
        return new GateBounds(minLabels, aucDrop, lossRise, calibration, normalizedEntropy);
    }
}
