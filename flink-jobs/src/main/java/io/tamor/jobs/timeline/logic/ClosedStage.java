package io.tamor.jobs.timeline.logic;

/**
 * A stage of an impression whose labels are final.
 *
 * @param labels label set by label set, one per task: {@code set * tasks + task}
 * @param masks one per task: true where the label is final in this stage
 * @param last true where no label of the impression is left
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody; a copy would cost
record ClosedStage(
        PendingImpression impression,
        int stage,
        long maturedAtMs,
        boolean last,
        float[] labels,
        boolean[] masks) {

    /** Takes stages as they close. */
    @FunctionalInterface
    interface Sink {
        void closed(ClosedStage stage) throws Exception;
    }
}
