package io.tamor.jobs.timeline.logic;

import io.tamor.schemas.RejectionCause;
import io.tamor.schemas.Sample;

/** Takes what leaves the timeline. */
public interface TimelineOutput {
    /** A sample, to be stamped with its maturity. */
    void sample(Sample sample);

    /** A record that cannot be used, and why. */
    void rejected(RawEvent event, RejectionCause cause, String detail);
}
