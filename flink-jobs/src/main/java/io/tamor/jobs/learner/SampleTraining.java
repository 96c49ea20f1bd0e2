package io.tamor.jobs.learner;

import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.learner.logic.OnlineTraining;
import io.tamor.jobs.learner.logic.TrainingQueue;
import java.util.HashMap;
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
import org.jspecify.annotations.Nullable;

/**
 * A learner's samples on their way from records into its model: taken in, held until event time has
 * passed them, trained with their users' rows. It sees to it that a step on its way ends before one
 * of its rows expires; whoever else looks at the model, at the rows or at what is counted, or
 * changes them, {@link #settle settles} first. Time: event time, by the samples' maturity. State
 * per user: its row with the timer that drops it and, at a checkpoint, its untrained samples.
 * Memory: one mini-batch, the samples of the disorder allowed, the rows used last. Used by the
 * task's thread.
 */
final class SampleTraining implements Triggerable<String, VoidNamespace>, AutoCloseable {
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

    /** The newest watermark, where samples that are due hold it back; else null. */
    private @Nullable Watermark reached;

    /**
     * Takes up what the operator's state holds.
     *
     * @param after what follows each step
     */
    SampleTraining(
            Deployment deployment,
            AbstractStreamOperator<?> operator,
            Output<?> output,
            LearnerOutputs outputs,
            Learner learner,
            OnlineTraining.After after)
            throws Exception {
        backend = operator.getKeyedStateBackend();
        this.output = output;
        this.learner = learner;
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
        intake.take(consumed, steps);
    }

    /**
     * Event time has come to a mark: trains what is due by it, as far as allowed, and passes it on
     * once nothing is due any more: no row expires before the samples that are due have used it.
     */
    void advance(Watermark mark, ThrowingConsumer<Watermark, Exception> onward) throws Exception {
        queue.advance(mark.getTimestamp(), steps);
        if (mark.getTimestamp() == Watermark.MAX_WATERMARK.getTimestamp()) {
            // The end of the input is no reason to forget the users, so their timers stay.
            output.emitWatermark(mark);
        } else {
            learner.progress().passedMs = queue.passedMs();
            reached = mark;
            passOn(onward);
        }
    }

    /** From now on so many samples may be trained, whatever event time says. */
    void allow(long samples) {
        queue.allow(samples);
    }

    /** Trains what is due, as far as allowed, and passes on the watermark that it held back. */
    void resume(ThrowingConsumer<Watermark, Exception> onward) throws Exception {
        queue.joinDue(steps);
        passOn(onward);
    }

    private void passOn(ThrowingConsumer<Watermark, Exception> onward) throws Exception {
        Watermark mark = reached;
        if (mark != null && !queue.isDue()) {
            reached = null;
            steps.passing(mark.getTimestamp());
            onward.accept(mark);
        }
    }

    @Override
    public void onEventTime(InternalTimer<String, VoidNamespace> timer) throws Exception {
        settle();
        backend.setCurrentKey(timer.getKey());
        userRows.onTimer(timer.getTimestamp(), queue.isInBatch(timer.getKey()));
    }

    @Override
    public void onProcessingTime(InternalTimer<String, VoidNamespace> timer) {
        throw new IllegalStateException("a learner sets no processing-time timer of a user");
    }

    /** The input has ended: trains everything. */
    void drain() throws Exception {
        queue.drain(steps);
    }

    /** Ends the step that has begun, if one has, with all that follows it. */
    void settle() throws Exception {
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
