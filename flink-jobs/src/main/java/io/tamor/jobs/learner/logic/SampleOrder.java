package io.tamor.jobs.learner.logic;

import io.tamor.schemas.Sample;
import java.util.Comparator;

/**
 * The total order in which samples are trained: by maturity, then by identity (impression, label
 * set, stage). Two samples that compare equal are the same sample.
 */
public final class SampleOrder {
    /** Earliest maturity first. */
    public static final Comparator<Sample> BY_MATURITY =
            Comparator.comparingLong(Sample::getMaturedAtMs)
                    .thenComparing(Sample::getImpressionId)
                    .thenComparing(Sample::getLabelSet)
                    .thenComparingInt(Sample::getStage);

    private SampleOrder() {}
}
