package io.tamor.jobs.learner;

import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.config.GateOptions;
import io.tamor.jobs.io.OutgoingRecord;
import io.tamor.jobs.learner.logic.Divergence;
import io.tamor.jobs.learner.logic.DriftMonitor;
import io.tamor.jobs.learner.logic.LearnerProgress;
import io.tamor.jobs.learner.logic.LearnerStateWire;
import io.tamor.jobs.learner.logic.ModelSpecs;
import io.tamor.jobs.learner.logic.Quality;
import io.tamor.jobs.learner.logic.QualitySlice;
import io.tamor.jobs.learner.logic.Serving;
import io.tamor.jobs.learner.logic.Shadows;
import io.tamor.jobs.learner.logic.VersionGate;
import io.tamor.jobs.snapshot.SnapshotCandidate;
import io.tamor.jobs.snapshot.SnapshotDecision;
import io.tamor.model.config.ModelSpec;
import io.tamor.model.training.Trainer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
import org.nd4j.linalg.api.ndarray.INDArray;

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

    private transient Trainer trainer;
    private transient Quality quality;
    private transient LearnerProgress progress;
    private transient Serving serving;
    private transient Shadows shadows;
    private transient ShadowVersions shadowVersions;
    private transient Divergence divergence;
    private transient VersionGate gate;
    private transient DriftMonitor drift;
    private transient StartingPoint start;
    private transient SnapshotAssembly assembly;
    private transient SnapshotMaking making;
    private transient LearnerOutputs outputs;
    private transient QualityGauges gauges;
    private transient ListState<byte[]> learnerState;
    private transient SampleTraining training;
    private transient UserRows userRows;
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
        ModelSpec spec = ModelSpecs.of(deployment);
        trainer = new Trainer(spec, deployment.learner().batch());
        quality = new Quality(spec);
        progress = new LearnerProgress(deployment.tasks().size());
        serving = new Serving();
        GateOptions options = deployment.snapshots().gate();
        shadows = new Shadows(spec, deployment.learner().batch(), options.horizon());
        divergence = new Divergence(options.divergenceFactor(), options.divergenceSteps());
        gate = new VersionGate(deployment.snapshots(), spec, progress, serving, shadows);
        drift = new DriftMonitor(spec, deployment.learner().drift());
        start = new StartingPoint();
        learnerState = context.getOperatorStateStore().getUnionListState(ALONE);
        shadowVersions =
                new ShadowVersions(getKeyedStateBackend(), getRuntimeContext().getTaskInfo());
        if (context.isRestored()) {
            restoreLearner(context.getOperatorStateStore().getListState(LEARNER));
            shadowVersions.restored();
            if (!shadows.load(shadowVersions)) {
                throw new IllegalStateException(
                        "learner state: the versions that stand beside the model are missing;"
                                + " restore from another checkpoint");
            }
            serving.adopt(progress.version, progress.manifestSha256, progress.snapshotMs);
            if (!options.enabled()) {
                // They would be of older versions by the time the gate is wanted again.
                shadows.forget();
            }
        }
        if (start.pending(deployment)) {
            // A trainer of its own: its optimiser knows nothing of the parameters before.
            trainer = new Trainer(spec, deployment.learner().batch());
            serving.startedFrom(start.takeOver(deployment, trainer));
        }
        reportedSamples = progress.samples;
    }

    /**
     * @param former where builds before the one that knew several learners kept the model
     */
    private void restoreLearner(ListState<byte[]> former) throws Exception {
        List<byte[]> elements = new ArrayList<>();
        learnerState.get().forEach(elements::add);
        former.get().forEach(elements::add);
        former.clear();
        learnerState.clear();
        List<List<byte[]>> stored = LearnerStateWire.byWriter(elements);
        if (stored.size() != 1) {
            throw new IllegalStateException(
                    "learner state: wanted the 1 model that a learner alone stores, found "
                            + stored.size()
                            + "; learners that trained side by side go on with learner.merge, at"
                            + " any learner.parallelism");
        }
        LearnerStateWire.read(stored.get(0), deployment.sampleSchema().fingerprint(), parts());
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
                                trainer,
                                quality,
                                progress,
                                drift,
                                gated ? shadows : null,
                                gated ? serving : null),
                        batch -> trained());
        userRows = training.userRows();
        assembly = new SnapshotAssembly(deployment);
        making = new SnapshotMaking();
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
        training.advance(mark, super::processWatermark);
    }

    @Override
    public void endInput() throws Exception {
        training.drain();
        say(quality.closeAll());
        report();
        if (progress.samples > progress.snapshotSamples) {
            publish();
        }
        handOn();
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
        serving.checkpoints++;
        if (gate.due()) {
            publish();
        }
        // The checkpoint has a version's effects and its files, or neither.
        handOn();
    }

    @Override
    public void snapshotState(StateSnapshotContext context) throws Exception {
        training.store();
        shadows.store(shadowVersions);
        learnerState.update(
                LearnerStateWire.write(deployment.sampleSchema().fingerprint(), 0, parts()));
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
        if (shadows != null) {
            shadows.close();
        }
        if (making != null) {
            making.close();
        }
        super.close();
    }

    private void trained() throws Exception {
        say(quality.takeClosed());
        if (making.isReady()) {
            handOn();
        }
        if (deployment.snapshots().gate().enabled()) {
            guard();
        }
        // Here and not with the checkpoint, so that what a version holds depends on the samples
        // alone, whenever checkpoints fall and however often one fails.
        if (gate.due()) {
            publish();
        }
    }

    /** Sees to it that neither the learner nor readers go on with something bad. */
    private void guard() throws Exception {
        if (divergence.observe(training.steps().lastLoss())) {
            goBack("its loss diverged");
        }
        List<String> regressions = gate.looks() ? gate.regressions() : List.of();
        if (!regressions.isEmpty()) {
            rollBack(regressions);
        } else if (gate.trialOver()) {
            serving.trialOver();
            shadows.trialOver();
        }
    }

    /** The learner becomes the live version again, its users' rows included. */
    private void goBack(String reason) throws Exception {
        Trainer live = shadows.live();
        if (live == null) {
            LOG.warn("Learner: {}, and no version is live that it could go back to", reason);
            return;
        }
        LOG.warn("Learner goes back to version {}: {}", serving.liveVersion(), reason);
        trainer.copyFrom(live);
        trainer.touchedRows().clear();
        userRows.returnTo(serving.liveVersion());
        shadows.clear();
        serving.returned();
    }

    /** Readers are told to serve the version before the live one again. */
    private void rollBack(List<String> reasons) throws Exception {
        handOn();
        SnapshotCandidate rollback = assembly.rollback(serving, progress, reasons);
        LOG.warn(
                "Version {} is taken back, version {} live again: {}",
                rollback.takenBack,
                rollback.version,
                rollback.reason);
        shadows.rolledBack();
        output.collect(new StreamRecord<>(rollback, rollback.eventTimeMs));
        userRows.takeBack(
                rollback.takenBack,
                rollback.version,
                (userId, values, trainedMs) ->
                        outputs.userRow(
                                userId, rollback.version, values, trainedMs, progress.trainedMs));
    }

    private void report() {
        if (progress.samples > reportedSamples) {
            say(quality.cumulative());
            reportedSamples = progress.samples;
        }
    }

    private void say(List<QualitySlice> slices) {
        outputs.metrics(slices, progress, drift.alarms());
        gauges.update(slices);
    }

    /** What a version holds is what is there now; its files are made while training goes on. */
    private void publish() throws Exception {
        handOn();
        SnapshotDraft draft =
                assembly.draft(trainer, quality, progress, training.resumeAt(), serving, gate);
        boolean published = draft.candidate().decision == SnapshotDecision.PUBLISH;
        if (published && deployment.snapshots().gate().enabled()) {
            // It stands still, so its parameters are copied on the other thread too.
            Trainer standing = shadows.published(trainer, progress.version);
            making.begin(() -> draft.make(standing.snapshotParameters()));
        } else {
            Map<String, INDArray> parameters = trainer.snapshotParameters();
            making.begin(() -> draft.make(parameters));
        }
        if (published) {
            trainer.touchedRows().clear();
            userRows.drainChanges(
                    (userId, values, trainedMs) ->
                            outputs.userRow(
                                    userId,
                                    progress.version,
                                    values,
                                    trainedMs,
                                    progress.trainedMs));
        } else {
            LOG.warn("Version {} is rejected by the gate; see its manifest", progress.version);
            if (gate.patienceLost()) {
                goBack("too many versions in a row were worse than the live one");
            }
        }
    }

    /** Waits for the version that is being made, if one is; from then on its hash is known. */
    private void handOn() {
        SnapshotCandidate made = making.take();
        if (made != null) {
            assembly.seal(made, progress, serving);
            output.collect(new StreamRecord<>(made, made.eventTimeMs));
        }
    }

    private LearnerStateWire.Part[] parts() {
        return new LearnerStateWire.Part[] {
            new LearnerStateWire.Part(progress::write, progress::read),
            new LearnerStateWire.Part(quality::write, quality::read),
            new LearnerStateWire.Part(trainer::writeState, trainer::readState),
            new LearnerStateWire.Part(drift::write, drift::read),
            new LearnerStateWire.Part(start::write, start::read),
            new LearnerStateWire.Part(trainer.touchedRows()::write, trainer.touchedRows()::read),
            new LearnerStateWire.Part(serving::write, serving::read),
            new LearnerStateWire.Part(divergence::write, divergence::read),
            new LearnerStateWire.Part(shadows::write, shadows::read)
        };
    }

    /** What trains; the operator's own. */
    SampleTraining training() {
        return training;
    }

    /** How far it is; the operator's own. */
    LearnerProgress progress() {
        return progress;
    }

    /** What is served; the operator's own. */
    Serving serving() {
        return serving;
    }

    private void registerMetrics() {
        MetricGroup group = getMetricGroup().addGroup("learner");
        training.register(group);
        group.gauge("snapshotVersion", () -> progress.version);
        group.gauge("liveVersion", () -> serving.liveVersion());
        group.gauge("rejectedVersions", () -> serving.rejectedVersions);
        group.gauge("rollbacks", () -> serving.rollbacks);
        group.gauge("returns", () -> serving.returns);
        gauges = new QualityGauges(group, trainer.spec().tasks());
    }
}
