package io.tamor.jobs.timeline.logic;

import io.tamor.schemas.Correction;
import io.tamor.schemas.RejectionCause;
import io.tamor.schemas.Sample;

/** Takes what leaves the timeline. */
public interface TimelineOutput {
    /** A sample, to be stamped with its maturity. */
    void sample(Sample sample);

    /** An emitted label that a late outcome changed, or that it changed none. */
    void correction(Correction correction);

    /** A record that cannot be used, and why. */
    void rejected(RawEvent event, RejectionCause cause, String detail);
}
