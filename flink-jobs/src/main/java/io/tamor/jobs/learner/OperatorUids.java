package io.tamor.jobs.learner;

/** Uids of the learning job's operators: part of what a savepoint refers to, so never changed. */
final class OperatorUids {
    static final String SAMPLES_SOURCE = "learner.samples-source";
    static final String LEARNER = "learner.online-learner";
    static final String MERGER = "learner.parameter-merger";
    static final String SNAPSHOTS_SINK = "learner.snapshots-sink";
    static final String METRICS_SINK = "learner.metrics-sink";
    static final String USER_ROWS_SINK = "learner.user-rows-sink";
    static final String REJECTED_SINK = "learner.rejected-sink";

    private OperatorUids() {}
}
