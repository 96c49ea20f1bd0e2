package io.tamor.jobs.verify.logic;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One way in which the timeline's output is not what the events say.
 *
 * @param what the sample or event it is about
 * @param place the record at fault; of a missing sample its impression, of a rejection the event,
 *     of a missing correction the late outcome
 * @param details field by field: wanted and found
 */
public record Difference(Kind kind, String what, @Nullable Place place, List<String> details) {

    /** What is wrong. */
    public enum Kind {
        /** The events make it, the topic does not have it. */
        MISSING_SAMPLE,
        /** The topic has it, the events do not make it. */
        UNEXPECTED_SAMPLE,
        /** Both have it, with other values. */
        DIFFERENT_SAMPLE,
        /** The topic has it more than once. */
        REPEATED_SAMPLE,
        /** An event that cannot count is not on the rejected topic. */
        MISSING_REJECTION,
        /** An event that counts is on the rejected topic. */
        UNEXPECTED_REJECTION,
        /** Rejected, but for another cause. */
        DIFFERENT_REJECTION,
        /** Rejected more than once, for whatever causes. */
        REPEATED_REJECTION,
        /** A late outcome changed an emitted label, the topic does not say so. */
        MISSING_CORRECTION,
        /** The topic corrects what no late outcome changed, or corrects it twice. */
        UNEXPECTED_CORRECTION,
        /** A correction to another label, or out of turn. */
        DIFFERENT_CORRECTION
    }

    @Override
    public String toString() {
        String where = place == null ? "" : " (" + place + ")";
        return kind
                + " "
                + what
                + where
                + (details.isEmpty() ? "" : ": " + String.join("; ", details));
    }
}
