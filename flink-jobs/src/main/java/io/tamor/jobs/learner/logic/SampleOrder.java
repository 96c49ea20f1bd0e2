package io.tamor.jobs.learner.logic;

import io.tamor.schemas.Sample;
import io.tamor.schemas.wire.SampleView;
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

    /** The order of two queued samples of one maturity. */
    static int compareIdentity(QueuedSample one, QueuedSample other) {
        SampleView a = one.view();
        SampleView b = other.view();
        int order = a.impressionId().compareTo(b.impressionId());
        if (order == 0) {
            order = a.labelSet().compareTo(b.labelSet());
        }
        return order == 0 ? Integer.compare(a.stage(), b.stage()) : order;
    }
}
