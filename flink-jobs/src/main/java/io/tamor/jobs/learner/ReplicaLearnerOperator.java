package io.tamor.jobs.learner;

import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.config.MergeOptions;
import io.tamor.jobs.learner.logic.LearnerStateWire;
import io.tamor.jobs.learner.logic.MergedModel;
import io.tamor.jobs.learner.logic.ReplicaName;
import io.tamor.jobs.learner.logic.ReplicaState;
import io.tamor.jobs.learner.logic.RowMoments;
import io.tamor.jobs.learner.logic.Served;
import io.tamor.jobs.learner.logic.Standing;
import io.tamor.model.metric.MetricWindows;
import io.tamor.model.snapshot.Origin;
import io.tamor.model.training.Trainer;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
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
import org.jspecify.annotations.Nullable;

/**
 * One of several learners that train a model together, each the samples of its users on a replica
 * of its own. Key: user. Time: event time, by the samples' maturity. In: records of the samples
 * topic. Out: messages to the {@link ParameterMergerOperator}; by the side, refused records.
 *
 * <p>With a checkpoint it reports how far it is and, when a merge is due, cuts what it has learned;
 * all learners do so with the same checkpoints. It loads a merged model when the checkpoint that
 * holds it is complete and goes on meanwhile; only where the samples between two merges are bounded
 * does training rest from the cut until the model is loaded, for a time at most. With it, it hears
 * what became of earlier rounds: of a version that was published it tells its users' rows as of
 * then, and scores with it what it trains on; when all go back to the live version, so does it.
 * State per user as in {@link OnlineLearnerOperator}. Operator state: trainer, metrics, progress,
 * base and unmerged increments, shadows; after a rescale each learner reads what all have stored.
 */
@SuppressWarnings("NullAway.Init") // Flink calls initializeState and open before anything else
public final class ReplicaLearnerOperator extends AbstractStreamOperator<LearnerMessage>
        implements OneInputStreamOperator<ConsumedSample, LearnerMessage>, BoundedOneInput {
    // State: every descriptor of this operator is here, in UserRows, UntrainedSamples and
    // ShadowVersions.
    private static final ListStateDescriptor<byte[]> REPLICAS = StatePieces.named("replicas");

    /** Processing time between two looks for a merged model that is awaited. */
    private static final long LOOK_AGAIN_MS = 100;

    /** The same while training waits for it, and how long it does at most. */
    private static final long LOOK_SOON_MS = 10;

    private static final long MOST_WAIT_MS = 10_000;

    private final Deployment deployment;
    private final MergeOptions merge;
    private final String run;

    private transient ReplicaState replica;
    private transient ShadowVersions shadowVersions;
    private transient MergedModels models;
    private transient ListState<byte[]> state;
    private transient SampleTraining training;
    private transient UserRows userRows;
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
        int subtasks = getRuntimeContext().getTaskInfo().getNumberOfParallelSubtasks();
        if (subtasks != deployment.learner().parallelism()) {
            throw new IllegalStateException(
                    "learner.parallelism is "
                            + deployment.learner().parallelism()
                            + ", but "
                            + subtasks
                            + " learners run: the merger would wait for the others for ever. Turn"
                            + " off what changes parallelism (jobmanager.scheduler adaptive or an"
                            + " autoscaler), or stop with a savepoint, change the configuration and"
                            + " go on");
        }
        models = new MergedModels(deployment.snapshots().directory(), run);
        state = context.getOperatorStateStore().getUnionListState(REPLICAS);
        ListState<byte[]> alone =
                context.getOperatorStateStore().getUnionListState(OnlineLearnerOperator.ALONE);
        shadowVersions =
                new ShadowVersions(getKeyedStateBackend(), getRuntimeContext().getTaskInfo());
        shadowVersions.restored();
        restore(
                LearnerStateWire.byWriter(state.get()),
                LearnerStateWire.byWriter(alone.get()),
                context.isRestored());
        alone.clear();
        state.clear();
    }

    private void restore(List<List<byte[]>> replicas, List<List<byte[]>> alone, boolean isRestored)
            throws Exception {
        ReplicaName name =
                new ReplicaName(
                        getRuntimeContext().getTaskInfo().getIndexOfThisSubtask(),
                        getRuntimeContext().getTaskInfo().getNumberOfParallelSubtasks());
        if (!replicas.isEmpty()) {
            replica = ReplicaState.restore(replicas, deployment, name, shadowVersions);
        } else if (alone.size() == 1) {
            StartingPoint start = new StartingPoint();
            replica =
                    ReplicaState.ofAlone(
                            alone.get(0),
                            deployment,
                            name,
                            new LearnerStateWire.Part(start::write, start::read),
                            shadowVersions);
            start.requireSame(deployment);
        } else if (isRestored) {
            throw new IllegalStateException(
                    "learner state: wanted that of learners side by side, or of one alone as this"
                            + " build stores it, found neither; restore without learner.merge,"
                            + " take a savepoint, and go on from there with learner.merge");
        } else {
            replica = ReplicaState.fresh(deployment, name, this::takeOver);
        }
    }

    private @Nullable Origin takeOver(Trainer trainer) throws IOException {
        StartingPoint start = new StartingPoint();
        return start.pending(deployment) ? start.takeOver(deployment, trainer) : null;
    }

    @Override
    public void open() throws Exception {
        super.open();
        training =
                new SampleTraining(
                        deployment,
                        this,
                        output,
                        new LearnerOutputs(deployment, output),
                        new Learner(
                                replica.trainer(),
                                replica.quality(),
                                replica.progress(),
                                replica.drift(),
                                deployment.snapshots().gate().enabled() ? replica.shadows() : null,
                                replica.moments()),
                        batch -> trained(),
                        super::processWatermark);
        userRows = training.userRows();
        registerMetrics();
        training.allow(share());
    }

    private long share() {
        return merge.share(replica.replica().name().of());
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

    private void trained() throws Exception {
        replica.observe(training.steps().lastLoss());
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
        training.advance(mark);
    }

    @Override
    public void endInput() throws Exception {
        load();
        training.drain();
        tell(replica.quality().closeAllWindows());
        report(true, true);
        // They stay marked: what the last version is rejected for, the next one may be told with.
        userRows.showChanges(
                (userId, values, trainedMs) ->
                        tellRow(LearnerMessage.LAST_VERSION, userId, values, trainedMs));
        ended = true;
    }

    @Override
    public void prepareSnapshotPreBarrier(long checkpointId) throws Exception {
        super.prepareSnapshotPreBarrier(checkpointId);
        training.settle();
        if (ended) {
            return;
        }
        awaiting = replica.mergeDue(merge);
        report(awaiting, false);
        if (merge.bounded()) {
            training.allow(0);
        }
    }

    private void report(boolean cut, boolean last) throws Exception {
        tell(replica.quality().takeClosedWindows()); // taking up several states may close some
        LearnerMessage message = message(LearnerMessage.Kind.REPORT);
        message.payload = replica.report(cut, last, training.firstUntrained()).write();
        output.collect(new StreamRecord<>(message));
    }

    private void tellRow(long version, String userId, float @Nullable [] values, long trainedMs) {
        LearnerMessage changed = message(LearnerMessage.Kind.USER_ROW);
        changed.version = version;
        changed.userId = userId;
        changed.timeMs = trainedMs;
        changed.row = values;
        output.collect(new StreamRecord<>(changed));
    }

    private LearnerMessage message(LearnerMessage.Kind kind) {
        LearnerMessage message = new LearnerMessage();
        message.kind = kind;
        message.replica = replica.replica().name().index();
        return message;
    }

    @Override
    public void snapshotState(StateSnapshotContext context) throws Exception {
        training.store();
        replica.shadows().store(shadowVersions);
        state.update(replica.write(deployment.sampleSchema().fingerprint()));
        super.snapshotState(context);
    }

    @Override
    public void close() throws Exception {
        if (training != null) {
            training.close();
        }
        if (replica != null) {
            replica.shadows().close();
        }
        super.close();
    }

    @Override
    public void notifyCheckpointComplete(long checkpointId) throws Exception {
        super.notifyCheckpointComplete(checkpointId);
        state.clear(); // written; the next checkpoint fills it anew
        if (!merge.bounded()) {
            load();
        } else if (!ended) {
            awaitMerged();
            training.allow(share());
            training.resume();
        }
    }

    /**
     * Waits until its cuts are merged. The input waits, too: else a source that hands out so much a
     * checkpoint would run ahead of it. The merger is another task, so it comes without this one.
     */
    private void awaitMerged() throws Exception {
        long untilNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(MOST_WAIT_MS);
        loadNewest();
        while (replica.replica().unmerged() > 0 && System.nanoTime() - untilNs < 0) {
            Thread.sleep(LOOK_SOON_MS); // the file is the only sign that there is one
            loadNewest();
        }
    }

    @Override
    public void notifyCheckpointAborted(long checkpointId) throws Exception {
        super.notifyCheckpointAborted(checkpointId);
        state.clear();
    }

    /** Loads the newest merged model; where one is awaited that is not there yet, looks again. */
    private void load() throws Exception {
        if (ended) {
            return;
        }
        if (!loadNewest() && awaiting) {
            nextLook =
                    getProcessingTimeService()
                            .registerTimer(
                                    getProcessingTimeService().getCurrentProcessingTime()
                                            + LOOK_AGAIN_MS,
                                    time -> load());
        }
    }

    /** Loads the newest merged model; false where there is no newer one. */
    private boolean loadNewest() throws Exception {
        MergedModel merged = models.newerThan(replica.replica().round());
        if (merged == null) {
            return false;
        }
        takeOver(merged);
        loads++;
        awaiting = false;
        return true;
    }

    private void takeOver(MergedModel merged) throws Exception {
        training.settle();
        Standing standing = merged.standing();
        RowMoments known = replica.moments();
        Served live = standing.live();
        long liveVersion = replica.moments().liveVersion();
        if (live != null && live.version() > liveVersion) {
            userRows.publish(
                    known.liveMoment(),
                    live.moment(),
                    (userId, values, trainedMs) ->
                            tellRow(live.version(), userId, values, trainedMs));
        } else if (live != null && live.version() < liveVersion) {
            userRows.takeBack(
                    known.liveMoment(),
                    live.moment(),
                    (userId, values, trainedMs) ->
                            tellRow(live.version(), userId, values, trainedMs));
        }
        if (live != null && replica.wentBack(merged)) {
            userRows.returnTo(live.moment());
        }
        replica.load(merged);
    }

    /** What trains; the operator's own. */
    SampleTraining training() {
        return training;
    }

    /** Its part in merging; the operator's own. */
    ReplicaState replica() {
        return replica;
    }

    private void registerMetrics() {
        MetricGroup group = getMetricGroup().addGroup("learner");
        training.register(group);
        group.gauge("mergeRound", () -> replica.replica().round());
        group.gauge("unmergedIncrements", () -> replica.replica().unmerged());
        group.gauge("mergedModelsLoaded", () -> loads);
    }
}
