package io.tamor.jobs.learner;

import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.learner.logic.LearnerProgress;
import io.tamor.jobs.learner.logic.QueuedSample;
import io.tamor.jobs.learner.logic.SampleReader;
import io.tamor.jobs.learner.logic.SampleRules;
import io.tamor.jobs.learner.logic.TrainingQueue;
import io.tamor.schemas.RejectionCause;
import io.tamor.schemas.Sample;
import io.tamor.schemas.wire.MalformedRecordException;
import io.tamor.schemas.wire.RecordWire;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The way of a record of the samples topic into a learner's queue: decoded, of the label set that
 * is learned, checked. What is refused leaves with its cause and is counted. Used by the task's
 * thread.
 */
final class SampleIntake {
    private final RecordWire<Sample> wire = RecordWire.of(Sample.class);
    private final SampleReader reader;
    private final SampleRules rules;
    private final TrainingQueue queue;
    private final LearnerProgress progress;
    private final LearnerOutputs outputs;
    private final Map<Integer, String> partitions = new HashMap<>();
    private final String topic;
    private long skippedSamples;

    SampleIntake(
            Deployment deployment,
            TrainingQueue queue,
            LearnerProgress progress,
            LearnerOutputs outputs) {
        this.reader = new SampleReader(deployment);
        this.topic = deployment.topics().samples().name();
        this.rules = new SampleRules(deployment);
        this.queue = queue;
        this.progress = progress;
        this.outputs = outputs;
    }

    /**
     * Takes a record.
     *
     * @param step trains the mini-batch that the sample completes
     */
    void take(ConsumedSample consumed, TrainingQueue.Step step) throws Exception {
        QueuedSample sample =
                reader.read(
                        consumed.payload, consumed.userId, partition(consumed), consumed.offset);
        if (sample == null) {
            sample = lookedAt(consumed);
        }
        if (sample != null && queue.offer(sample, step)) {
            progress.lateSamples++;
        }
    }

    /** A record that is not plainly a sample to train; null where it is none. */
    private @Nullable QueuedSample lookedAt(ConsumedSample consumed) {
        Sample sample;
        try {
            sample = wire.decode(consumed.payload);
        } catch (MalformedRecordException e) {
            reject(consumed, RejectionCause.UNDECODABLE, String.valueOf(e.getMessage()));
            return null;
        }
        if (!rules.learns(sample)) {
            skippedSamples++;
            return null;
        }
        SampleRules.Refusal refusal = rules.check(sample, consumed.userId);
        if (refusal != null) {
            reject(consumed, refusal.cause(), refusal.detail());
            return null;
        }
        return reader.of(sample, partition(consumed), consumed.offset);
    }

    private String partition(ConsumedSample consumed) {
        return partitions.computeIfAbsent(consumed.partition, number -> topic + "-" + number);
    }

    private void reject(ConsumedSample consumed, RejectionCause cause, String detail) {
        progress.rejectedRecords++;
        outputs.rejected(consumed, cause, detail);
    }

    /** Samples of label sets that are not learned, since the start. */
    long skippedSamples() {
        return skippedSamples;
    }
}
