package io.tamor.jobs.learner.logic;

import io.tamor.schemas.Sample;
import java.util.Comparator;

/**
 * The total order in which samples are trained: by maturity, then by identity (impression, label
 * set, stage). Two samples that compare equal are the same sample.
 */
public final class SampleOrder {
    /** Earliest maturity first. */
    public static final Comparator<Sample> BY_MATURITY = SampleOrder::compare;

    /** Written out: a queue compares some ten times a sample, nearly always by maturity alone. */
    private static int compare(Sample a, Sample b) {
        int order = Long.compare(a.getMaturedAtMs(), b.getMaturedAtMs());
        if (order == 0) {
            order = a.getImpressionId().compareTo(b.getImpressionId());
        }
        if (order == 0) {
            order = a.getLabelSet().compareTo(b.getLabelSet());
        }
        return order == 0 ? Integer.compare(a.getStage(), b.getStage()) : order;
    }

    private SampleOrder() {}
}
