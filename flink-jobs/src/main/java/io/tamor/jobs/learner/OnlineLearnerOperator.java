package io.tamor.jobs.learner;

import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.io.OutgoingRecord;
import io.tamor.jobs.learner.logic.AloneState;
import io.tamor.jobs.learner.logic.LearnerProgress;
import io.tamor.jobs.learner.logic.LearnerStateWire;
import io.tamor.jobs.learner.logic.QualitySlice;
import io.tamor.jobs.learner.logic.Serving;
import io.tamor.jobs.snapshot.SnapshotCandidate;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.BoundedOneInput;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.OutputTag;

/**
 * Learns a model from samples, online. Key: user. Time: event time, by the samples' maturity. In:
 * records of the samples topic. Out: snapshot candidates; by the side, metrics, changed user rows
 * and refused records.
 *
 * <p>Samples are trained in one total order, so the same samples give the same model bit for bit,
 * whatever the order of arrival and with or without failures in between, and the same versions: one
 * is cut after the step in which its schedule falls due, and leaves with the next checkpoint. State
 * per user: its row and, at a checkpoint, its untrained samples. Operator state: the model, the
 * optimiser, the metrics and the progress, as one element. Memory: the model, one mini-batch, the
 * samples of the disorder allowed, a version's parameters and files while they are made. Runs at
 * parallelism 1.
 */
@SuppressWarnings("NullAway.Init") // Flink calls initializeState and open before anything else
public final class OnlineLearnerOperator extends AbstractStreamOperator<SnapshotCandidate>
        implements OneInputStreamOperator<ConsumedSample, SnapshotCandidate>, BoundedOneInput {
    /** Quality per task and slice: wire bytes of LearnerMetrics. */
    public static final OutputTag<OutgoingRecord> METRICS =
            new OutputTag<>("learner.metrics", OutgoingRecord.TYPE);

    /** User rows changed between two versions: wire bytes of UserBiasRow. */
    public static final OutputTag<OutgoingRecord> USER_ROWS =
            new OutputTag<>("learner.user-rows", OutgoingRecord.TYPE);

    /** Records refused: wire bytes of RejectedRecord. */
    public static final OutputTag<OutgoingRecord> REJECTED =
            new OutputTag<>("learner.rejected", OutgoingRecord.TYPE);

    // State: every descriptor of this operator is here, in UserRows, UntrainedSamples and
    // ShadowVersions.
    static final ListStateDescriptor<byte[]> LEARNER = StatePieces.named("learner");

    /** The same in a form that learners among others read too, each the whole of it. */
    static final ListStateDescriptor<byte[]> ALONE = StatePieces.named("learner-alone");

    private final Deployment deployment;

    private transient AloneState learner;
    private transient ShadowVersions shadowVersions;
    private transient LearnerOutputs outputs;
    private transient QualityGauges gauges;
    private transient ListState<byte[]> learnerState;
    private transient SampleTraining training;
    private transient VersionPublishing versions;
    private transient long reportedSamples;
    private transient boolean ended;

    public OnlineLearnerOperator(Deployment deployment) {
        this.deployment = deployment;
    }

    @Override
    public void initializeState(StateInitializationContext context) throws Exception {
        super.initializeState(context);
        int subtasks = getRuntimeContext().getTaskInfo().getNumberOfParallelSubtasks();
        if (subtasks != 1) {
            throw new IllegalStateException(
                    "the learner trains alone and runs at parallelism 1, was set to " + subtasks);
        }
        StartingPoint start = new StartingPoint();
        learner = new AloneState(deployment, new LearnerStateWire.Part(start::write, start::read));
        learnerState = context.getOperatorStateStore().getUnionListState(ALONE);
        shadowVersions =
                new ShadowVersions(getKeyedStateBackend(), getRuntimeContext().getTaskInfo());
        if (context.isRestored()) {
            // Where builds before the one that knew several learners kept the model.
            ListState<byte[]> former = context.getOperatorStateStore().getListState(LEARNER);
            List<byte[]> elements = new ArrayList<>();
            learnerState.get().forEach(elements::add);
            former.get().forEach(elements::add);
            former.clear();
            learnerState.clear();
            shadowVersions.restored();
            learner.restore(elements, shadowVersions);
        }
        if (start.pending(deployment)) {
            learner.serving().startedFrom(start.takeOver(deployment, learner.renewTrainer()));
        }
        reportedSamples = learner.progress().samples;
    }

    @Override
    public void open() throws Exception {
        super.open();
        boolean gated = deployment.snapshots().gate().enabled();
        outputs = new LearnerOutputs(deployment, output);
        training =
                new SampleTraining(
                        deployment,
                        this,
                        output,
                        outputs,
                        new Learner(
                                learner.trainer(),
                                learner.quality(),
                                learner.progress(),
                                learner.drift(),
                                gated ? learner.shadows() : null,
                                gated ? learner.serving() : null),
                        batch -> trained(),
                        super::processWatermark);
        versions = new VersionPublishing(deployment, learner, training, outputs, output);
        registerMetrics();
    }

    /** A sample waits, and its user's state is asked for when it is trained. */
    @Override
    public boolean hasKeyContext1() {
        return false;
    }

    @Override
    public void processElement(StreamRecord<ConsumedSample> record) throws Exception {
        training.take(record.getValue());
    }

    @Override
    public void processWatermark(Watermark mark) throws Exception {
        training.advance(mark);
    }

    @Override
    public void endInput() throws Exception {
        training.drain();
        say(learner.quality().closeAll());
        report();
        versions.end();
        ended = true;
    }

    @Override
    public void prepareSnapshotPreBarrier(long checkpointId) throws Exception {
        super.prepareSnapshotPreBarrier(checkpointId);
        training.settle();
        if (ended) {
            return;
        }
        report();
        versions.beforeBarrier();
    }

    @Override
    public void snapshotState(StateSnapshotContext context) throws Exception {
        training.store();
        learner.shadows().store(shadowVersions);
        learnerState.update(learner.write());
        super.snapshotState(context);
    }

    @Override
    public void notifyCheckpointComplete(long checkpointId) throws Exception {
        super.notifyCheckpointComplete(checkpointId);
        learnerState.clear(); // written; the next checkpoint fills it anew
    }

    @Override
    public void notifyCheckpointAborted(long checkpointId) throws Exception {
        super.notifyCheckpointAborted(checkpointId);
        learnerState.clear();
    }

    @Override
    public void close() throws Exception {
        if (training != null) {
            training.close();
        }
        if (learner != null) {
            learner.close();
        }
        if (versions != null) {
            versions.close();
        }
        super.close();
    }

    private void trained() throws Exception {
        say(learner.quality().takeClosed());
        versions.trained();
    }

    private void report() {
        LearnerProgress progress = learner.progress();
        if (progress.samples > reportedSamples) {
            say(learner.quality().cumulative());
            reportedSamples = progress.samples;
        }
    }

    private void say(List<QualitySlice> slices) {
        outputs.metrics(slices, learner.progress(), learner.drift().alarms());
        gauges.update(slices);
    }

    /** What trains; the operator's own. */
    SampleTraining training() {
        return training;
    }

    /** How far it is; the operator's own. */
    LearnerProgress progress() {
        return learner.progress();
    }

    /** What is served; the operator's own. */
    Serving serving() {
        return learner.serving();
    }

    private void registerMetrics() {
        MetricGroup group = getMetricGroup().addGroup("learner");
        training.register(group);
        group.gauge("snapshotVersion", () -> progress().version);
        group.gauge("liveVersion", () -> serving().liveVersion());
        group.gauge("rejectedVersions", () -> serving().rejectedVersions);
        group.gauge("rollbacks", () -> serving().rollbacks);
        group.gauge("returns", () -> serving().returns);
        gauges = new QualityGauges(group, learner.trainer().spec().tasks());
    }
}
