package io.tamor.jobs.learner;

import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.config.MergeOptions;
import io.tamor.jobs.learner.logic.LearnerProgress;
import io.tamor.jobs.learner.logic.MergedModel;
import io.tamor.jobs.learner.logic.ModelSpecs;
import io.tamor.jobs.learner.logic.OnlineTraining;
import io.tamor.jobs.learner.logic.QueuedSample;
import io.tamor.jobs.learner.logic.ReplicaName;
import io.tamor.jobs.learner.logic.ReplicaReport;
import io.tamor.jobs.learner.logic.ReplicaState;
import io.tamor.jobs.learner.logic.TrainingQueue;
import io.tamor.model.config.ModelSpec;
import io.tamor.model.metric.MetricWindows;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ScheduledFuture;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.runtime.state.KeyedStateBackend;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.VoidNamespaceSerializer;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.BoundedOneInput;
import org.apache.flink.streaming.api.operators.InternalTimer;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.operators.Triggerable;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * One of several learners that train a model together, each the samples of its users on a replica
 * of its own. Key: user. Time: event time, by the samples' maturity. In: records of the samples
 * topic. Out: messages to the {@link ParameterMergerOperator}; by the side, refused records.
 *
 * <p>With a checkpoint it reports how far it is and, when a merge is due, cuts what it has learned;
 * all learners do so with the same checkpoints. It loads a merged model when the checkpoint that
 * holds it is complete and goes on meanwhile: it never waits. State per user as in {@link
 * OnlineLearnerOperator}. Operator state: trainer, metrics, progress, base and unmerged increments;
 * after a rescale each learner reads what all have stored.
 */
@SuppressWarnings("NullAway.Init") // Flink calls initializeState and open before anything else
public final class ReplicaLearnerOperator extends AbstractStreamOperator<LearnerMessage>
        implements OneInputStreamOperator<ConsumedSample, LearnerMessage>,
                BoundedOneInput,
                Triggerable<String, VoidNamespace> {
    // State: every descriptor of this operator is here, in UserRows and in UntrainedSamples.
    private static final ListStateDescriptor<byte[]> REPLICAS =
            new ListStateDescriptor<>(
                    "replicas", PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO);

    /** Processing time between two looks for a merged model that is awaited. */
    private static final long LOOK_AGAIN_MS = 100;

    private final Deployment deployment;
    private final MergeOptions merge;
    private final String run;

    private transient ReplicaState replica;
    private transient MergedModels models;
    private transient LearnerOutputs outputs;
    private transient ListState<byte[]> state;
    private transient TrainingQueue queue;
    private transient SampleIntake intake;
    private transient UserRows userRows;
    private transient UntrainedSamples untrained;
    private transient OnlineTraining training;
    private transient long loads;
    private transient boolean awaiting;

    /** The look for a merged model that comes next; the task cancels it when it ends. */
    @SuppressWarnings("UnusedVariable") // held, so that it is not taken for forgotten
    private transient ScheduledFuture<?> nextLook;

    private transient boolean ended;

    /**
     * @param run name of this submission of the job
     */
    public ReplicaLearnerOperator(Deployment deployment, MergeOptions merge, String run) {
        this.deployment = deployment;
        this.merge = merge;
        this.run = run;
    }

    @Override
    public void initializeState(StateInitializationContext context) throws Exception {
        super.initializeState(context);
        models = new MergedModels(deployment.snapshots().directory(), run);
        state = context.getOperatorStateStore().getUnionListState(REPLICAS);
        ListState<byte[]> alone =
                context.getOperatorStateStore().getUnionListState(OnlineLearnerOperator.ALONE);
        replica = restored(all(state), all(alone), context.isRestored());
        alone.clear();
    }

    private static List<byte[]> all(ListState<byte[]> state) throws Exception {
        List<byte[]> all = new ArrayList<>();
        state.get().forEach(all::add);
        return all;
    }

    private ReplicaState restored(List<byte[]> replicas, List<byte[]> alone, boolean isRestored)
            throws IOException {
        ModelSpec spec = ModelSpecs.of(deployment);
        int capacity = deployment.learner().ownBatch();
        long schema = deployment.sampleSchema().fingerprint();
        ReplicaName name =
                new ReplicaName(
                        getRuntimeContext().getTaskInfo().getIndexOfThisSubtask(),
                        getRuntimeContext().getTaskInfo().getNumberOfParallelSubtasks());
        if (!replicas.isEmpty()) {
            return ReplicaState.restore(replicas, schema, spec, capacity, name);
        }
        if (alone.size() == 1) {
            return ReplicaState.ofAlone(alone.get(0), schema, spec, capacity, name);
        }
        if (isRestored) {
            throw new IllegalStateException(
                    "learner state: wanted that of learners side by side, or of one alone as this"
                            + " build stores it, found neither; restore without learner.merge,"
                            + " take a savepoint, and go on from there with learner.merge");
        }
        return ReplicaState.fresh(spec, capacity, name);
    }

    @Override
    public void open() throws Exception {
        super.open();
        KeyedStateBackend<String> backend = getKeyedStateBackend();
        queue =
                new TrainingQueue(
                        deployment.learner().ownBatch(),
                        deployment.learner().maxDelay().toMillis());
        userRows =
                new UserRows(
                        backend,
                        getKeyedStateStore(),
                        getInternalTimerService(
                                OnlineLearnerOperator.TIMERS,
                                VoidNamespaceSerializer.INSTANCE,
                                this),
                        deployment.learner().userRowTtl().toMillis());
        untrained =
                new UntrainedSamples(
                        backend,
                        getKeyedStateStore(),
                        deployment,
                        getRuntimeContext().getTaskInfo().getMaxNumberOfParallelSubtasks());
        queue.restore(untrained.read(), progress().passedMs);
        training =
                new OnlineTraining(
                        deployment,
                        replica.trainer(),
                        replica.quality(),
                        progress(),
                        replica.drift(),
                        userRows);
        outputs = new LearnerOutputs(deployment, output);
        intake = new SampleIntake(deployment, queue, progress(), outputs);
        registerMetrics();
    }

    @Override
    public void processElement(StreamRecord<ConsumedSample> record) throws Exception {
        intake.take(record.getValue(), this::train);
    }

    private void train(List<QueuedSample> batch) throws Exception {
        training.trainQueued(batch);
        untrained.trained(batch);
        tell(replica.quality().takeClosedWindows());
    }

    private void tell(List<MetricWindows.MetricWindow> closed) throws IOException {
        for (MetricWindows.MetricWindow window : closed) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            window.table().write(new DataOutputStream(bytes));
            LearnerMessage message = message(LearnerMessage.Kind.WINDOW);
            message.timeMs = window.fromMs();
            message.payload = bytes.toByteArray();
            output.collect(new StreamRecord<>(message));
        }
    }

    @Override
    public void processWatermark(Watermark mark) throws Exception {
        queue.advance(mark.getTimestamp(), this::train);
        if (mark.getTimestamp() == Watermark.MAX_WATERMARK.getTimestamp()) {
            // The end of the input is no reason to forget the users, so their timers stay.
            output.emitWatermark(mark);
        } else {
            progress().passedMs = queue.passedMs();
            super.processWatermark(mark);
        }
    }

    @Override
    public void onEventTime(InternalTimer<String, VoidNamespace> timer) throws Exception {
        userRows.onTimer(timer.getTimestamp(), queue.holds(timer.getKey()));
    }

    @Override
    public void onProcessingTime(InternalTimer<String, VoidNamespace> timer) {
        throw new IllegalStateException("a learner sets no processing-time timer of a user");
    }

    @Override
    public void endInput() throws Exception {
        queue.drain(this::train);
        tell(replica.quality().closeAllWindows());
        report(true, true, true);
        ended = true;
    }

    @Override
    public void prepareSnapshotPreBarrier(long checkpointId) throws Exception {
        super.prepareSnapshotPreBarrier(checkpointId);
        if (ended) {
            return;
        }
        boolean publish = replica.publishDue(deployment.snapshots().every().amount());
        boolean cut = replica.mergeDue(merge.every().toMillis());
        report(cut || publish, publish, false);
        awaiting = cut || publish;
    }

    private void report(boolean cut, boolean publish, boolean last) throws Exception {
        Map<String, Long> queued = new HashMap<>();
        queue.forEach(
                (sample, place) -> queued.merge(sample.partition(), sample.offset(), Math::min));
        ReplicaReport report = replica.report(cut, publish, last, queued);
        LearnerMessage message = message(LearnerMessage.Kind.REPORT);
        message.payload = report.write();
        output.collect(new StreamRecord<>(message));
        if (publish) {
            userRows.drainChanges(
                    (userId, row) -> {
                        LearnerMessage changed = message(LearnerMessage.Kind.USER_ROW);
                        changed.userId = userId;
                        changed.timeMs = row == null ? 0 : row.trainedMs;
                        changed.row = row == null || !row.admitted() ? null : row.values;
                        output.collect(new StreamRecord<>(changed));
                    });
        }
    }

    private LearnerMessage message(LearnerMessage.Kind kind) {
        LearnerMessage message = new LearnerMessage();
        message.kind = kind;
        message.replica = replica.replica().name().index();
        return message;
    }

    @Override
    public void snapshotState(StateSnapshotContext context) throws Exception {
        userRows.flush();
        untrained.write(queue);
        state.update(List.of(replica.write(deployment.sampleSchema().fingerprint())));
        super.snapshotState(context);
    }

    @Override
    public void notifyCheckpointComplete(long checkpointId) throws Exception {
        super.notifyCheckpointComplete(checkpointId);
        load();
    }

    /** Loads the newest merged model; where one is awaited that is not there yet, looks again. */
    private void load() throws IOException {
        if (ended) {
            return;
        }
        MergedModel merged = models.newerThan(replica.replica().round());
        if (merged != null && replica.replica().load(merged)) {
            loads++;
            awaiting = false;
        }
        if (awaiting) {
            nextLook =
                    getProcessingTimeService()
                            .registerTimer(
                                    getProcessingTimeService().getCurrentProcessingTime()
                                            + LOOK_AGAIN_MS,
                                    time -> load());
        }
    }

    private LearnerProgress progress() {
        return replica.progress();
    }

    /** Its part in merging; the operator's own. */
    ReplicaState replica() {
        return replica;
    }

    private void registerMetrics() {
        MetricGroup group = getMetricGroup().addGroup("learner");
        LearnerGauges.register(
                group,
                replica.trainer().spec(),
                progress(),
                intake,
                queue,
                training,
                replica.drift());
        group.gauge("mergeRound", () -> replica.replica().round());
        group.gauge("unmergedIncrements", () -> replica.replica().unmerged());
        group.gauge("mergedModelsLoaded", () -> loads);
    }
}
