package io.tamor.jobs.timeline.logic;

import io.tamor.schemas.Correction;

/**
 * An event that came behind the watermark.
 *
 * @param appliedMs up to this event time all that was due had been done when it came: the
 *     watermark, or after a restore, which begins watermarks anew, the stored progress
 */
record LateOutcome(Event event, long appliedMs) {

    /** A correction that says of what; what changed is still to be set. */
    Correction.Builder correction(String userId) {
        RawEvent raw = event.raw();
        return Correction.newBuilder()
                .setUserId(userId)
                .setOutcomeTimeMs(event.timeMs())
                .setOutcomeStream(event.kind().stream())
                .setOutcomePartition(raw.partition())
                .setOutcomeOffset(raw.offset())
                .setAppliedMs(appliedMs);
    }
}
