package io.tamor.jobs.learner;

import io.tamor.jobs.io.OutgoingRecord;
import io.tamor.jobs.snapshot.SnapshotCandidate;
import org.apache.flink.api.connector.sink2.Sink;

/** Where the learning job's outputs go. */
record LearnerSinks(
        Sink<SnapshotCandidate> snapshots,
        Sink<OutgoingRecord> metrics,
        Sink<OutgoingRecord> userRows,
        Sink<OutgoingRecord> rejected) {}
