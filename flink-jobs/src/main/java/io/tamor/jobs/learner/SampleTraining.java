package io.tamor.jobs.learner;

import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.learner.logic.OnlineTraining;
import io.tamor.jobs.learner.logic.QueuedSample;
import io.tamor.jobs.learner.logic.TrainingQueue;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.runtime.state.KeyedStateBackend;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.VoidNamespaceSerializer;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.InternalTimer;
import org.apache.flink.streaming.api.operators.Output;
import org.apache.flink.streaming.api.operators.Triggerable;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.util.function.ThrowingConsumer;

/**
 * A learner's samples on their way from records into its model: taken in, held until event time has
 * passed them, trained with their users' rows. Rows expire between two steps by the samples' own
 * times: all that are due before a mini-batch's first sample, and no others, are gone when it is
 * trained, whatever watermarks there were. A step on its way ends before one of its rows expires;
 * whoever else looks at the model, at the rows or at what is counted, or changes them, {@link
 * #settle settles} first. Time: event time, by the samples' maturity. State per user: its row with
 * the timer that drops it and, at a checkpoint, its untrained samples. Memory: one mini-batch, the
 * samples of the disorder allowed, the rows used last. Used by the task's thread.
 */
final class SampleTraining
        implements TrainingQueue.Step, Triggerable<String, VoidNamespace>, AutoCloseable {
    /** A stored name. */
    private static final String TIMERS = "user-row-expiry";

    private final KeyedStateBackend<String> backend;
    private final Output<?> output;
    private final Learner learner;
    private final TrainingQueue queue;
    private final UserRows userRows;
    private final UntrainedSamples untrained;
    private final OnlineTraining steps;
    private final SampleIntake intake;

    /** What event time passes to when no untrained sample holds it back. */
    private final ThrowingConsumer<Watermark, Exception> onward;

    /** How far it has passed since the start. */
    private long passedOnMs = Long.MIN_VALUE;

    /**
     * Takes up what the operator's state holds.
     *
     * @param after what follows each step
     * @param onward takes the watermarks that no untrained sample holds back; timers are due by it
     */
    SampleTraining(
            Deployment deployment,
            AbstractStreamOperator<?> operator,
            Output<?> output,
            LearnerOutputs outputs,
            Learner learner,
            OnlineTraining.After after,
            ThrowingConsumer<Watermark, Exception> onward)
            throws Exception {
        backend = operator.getKeyedStateBackend();
        this.output = output;
        this.learner = learner;
        this.onward = onward;
        queue =
                new TrainingQueue(
                        deployment.learner().ownBatch(),
                        deployment.learner().maxDelay().toMillis());
        userRows =
                new UserRows(
                        backend,
                        operator.getKeyedStateStore(),
                        operator.getInternalTimerService(
                                TIMERS, VoidNamespaceSerializer.INSTANCE, this),
                        deployment.learner().userRowTtl().toMillis());
        untrained =
                new UntrainedSamples(
                        backend,
                        operator.getKeyedStateStore(),
                        deployment,
                        operator.getRuntimeContext()
                                .getTaskInfo()
                                .getMaxNumberOfParallelSubtasks());
        queue.restore(untrained.read(), learner.progress().passedMs);
        steps = learner.steps(deployment, userRows);
        steps.afterEach(
                batch -> {
                    untrained.trained(batch);
                    after.trained(batch);
                });
        intake = new SampleIntake(deployment, queue, learner.progress(), outputs);
    }

    /** Takes a record; the mini-batch that its sample completes is trained. */
    void take(ConsumedSample consumed) throws Exception {
        intake.take(consumed, this);
    }

    /** Event time has come to a mark: trains what is due by it, as far as allowed. */
    void advance(Watermark mark) throws Exception {
        queue.advance(mark.getTimestamp(), this);
        // The end of the input is no reason to forget the users, so their timers stay.
        if (mark.getTimestamp() < Watermark.MAX_WATERMARK.getTimestamp()) {
            learner.progress().passedMs = queue.passedMs();
            passOn();
        }
    }

    /**
     * Begins to train a mini-batch, which is in the queue still, once all rows are gone that
     * expired before it.
     */
    @Override
    public void train(List<QueuedSample> batch) throws Exception {
        passOn(queue.firstMaturedMs() - 1);
        steps.train(batch);
    }

    @Override
    public void rest() throws Exception {
        steps.rest();
    }

    /** From now on so many samples may be trained, whatever event time says. */
    void allow(long samples) {
        queue.allow(samples);
    }

    /** Trains what is due, as far as allowed. */
    void resume() throws Exception {
        queue.joinDue(this);
        passOn();
    }

    /** Event time passes what was trained, and nothing that was not. */
    private void passOn() throws Exception {
        // Not the queue's, which the end of the input moves beyond all time.
        passOn(Math.min(learner.progress().passedMs, queue.firstMaturedMs() - 1));
    }

    private void passOn(long timeMs) throws Exception {
        if (timeMs > passedOnMs) {
            passedOnMs = timeMs;
            steps.passing(timeMs);
            onward.accept(new Watermark(timeMs));
        }
    }

    @Override
    public void onEventTime(InternalTimer<String, VoidNamespace> timer) throws Exception {
        settle();
        backend.setCurrentKey(timer.getKey());
        userRows.onTimer(timer.getTimestamp());
    }

    @Override
    public void onProcessingTime(InternalTimer<String, VoidNamespace> timer) {
        throw new IllegalStateException("a learner sets no processing-time timer of a user");
    }

    /** The input has ended: trains everything. */
    void drain() throws Exception {
        queue.drain(this);
        output.emitWatermark(Watermark.MAX_WATERMARK);
    }

    /** Ends the step that has begun, if one has, with all that follows it. */
    @Override
    public void settle() throws Exception {
        steps.settle();
    }

    /**
     * Makes the state hold what is in memory. No step is on its way: before a checkpoint's barrier
     * the operator has settled, and nothing comes between that and this.
     */
    void store() throws Exception {
        userRows.flush();
        untrained.write(queue);
    }

    @Override
    public void close() {
        steps.close();
    }

    /** Where to read on after what has been trained, by partition. */
    SortedMap<String, Long> resumeAt() throws Exception {
        return queue.resumeAt(learner.progress().offsets);
    }

    /** The least offset of a sample not trained yet, by partition. */
    Map<String, Long> firstUntrained() throws Exception {
        Map<String, Long> first = new HashMap<>();
        queue.forEach(
                (sample, place) -> first.merge(sample.partition(), sample.offset(), Math::min));
        return first;
    }

    /** The users' rows; between two steps. */
    UserRows userRows() {
        return userRows;
    }

    /** What trains. */
    OnlineTraining steps() {
        return steps;
    }

    /** Samples of label sets that are not learned, since the start. */
    long skippedSamples() {
        return intake.skippedSamples();
    }

    /** Registers the gauges that every learner has. */
    void register(MetricGroup group) {
        LearnerGauges.register(group, learner, intake, queue, steps);
    }
}
