package io.tamor.jobs.learner;

import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.config.MergeOptions;
import io.tamor.jobs.learner.logic.LearnerStateWire;
import io.tamor.jobs.learner.logic.MergedLearner;
import io.tamor.jobs.learner.logic.MergedModel;
import io.tamor.jobs.learner.logic.ModelSpecs;
import io.tamor.jobs.learner.logic.QualitySlice;
import io.tamor.jobs.learner.logic.ReplicaReport;
import io.tamor.jobs.learner.logic.Serving;
import io.tamor.jobs.learner.logic.VersionGate;
import io.tamor.jobs.snapshot.SnapshotCandidate;
import io.tamor.jobs.snapshot.SnapshotDecision;
import io.tamor.model.config.ModelSpec;
import io.tamor.model.training.ModelMerge;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.BoundedOneInput;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.jspecify.annotations.Nullable;

/**
 * The one place where what learners have learned side by side becomes one model, and where that
 * becomes versions. In: the learners' messages. Out: snapshot candidates; by the side, metrics and
 * user rows.
 *
 * <p>A merge round is closed by a checkpoint: the barrier comes behind every increment that was cut
 * for it, so a round waits for nobody longer than the checkpoint does. It is shown to the learners
 * ({@link MergedModels}) once the checkpoint is complete, so none of them ever builds on what a
 * failure takes back. Versions are made of rounds, and judged by what the learners report of the
 * live version and of themselves on the same labels; what was decided is shown with the round.
 * State: the merged model, what is served, the sums of the learners' counters. Runs at parallelism
 * 1.
 */
@SuppressWarnings("NullAway.Init") // Flink calls initializeState and open before anything else
public final class ParameterMergerOperator extends AbstractStreamOperator<SnapshotCandidate>
        implements OneInputStreamOperator<LearnerMessage, SnapshotCandidate>, BoundedOneInput {
    // State: every descriptor of this operator.
    private static final ListStateDescriptor<byte[]> MERGER = StatePieces.named("merger");

    private final Deployment deployment;
    private final MergeOptions merge;
    private final String run;

    private transient ModelSpec spec;
    private transient MergedLearner whole;
    private transient Serving serving;
    private transient MergedModels models;
    private transient StartingPoint start;
    private transient SnapshotAssembly assembly;
    private transient LearnerOutputs outputs;
    private transient QualityGauges gauges;
    private transient ListState<byte[]> state;

    /** Rounds by the checkpoint that holds them, until it is complete. */
    private transient NavigableMap<Long, MergedModels.File> pending;

    /** Rows that learners told at their end, until it is known what became of the last version. */
    private transient List<LearnerMessage> lastRows;

    private transient long reportedSamples;
    private transient long staleness;
    private transient boolean ended;

    /**
     * @param run name of this submission of the job
     */
    public ParameterMergerOperator(Deployment deployment, MergeOptions merge, String run) {
        this.deployment = deployment;
        this.merge = merge;
        this.run = run;
    }

    @Override
    public void initializeState(StateInitializationContext context) throws Exception {
        super.initializeState(context);
        int subtasks = getRuntimeContext().getTaskInfo().getNumberOfParallelSubtasks();
        if (subtasks != 1) {
            throw new IllegalStateException(
                    "the merger of learners runs at parallelism 1, was set to " + subtasks);
        }
        spec = ModelSpecs.of(deployment);
        whole =
                new MergedLearner(
                        spec,
                        deployment.learner().parallelism(),
                        new ModelMerge(1, merge.momentum()),
                        deployment.snapshots().gate().horizon());
        serving = new Serving();
        start = StartingPoint.takenOver(deployment);
        lastRows = new ArrayList<>();
        pending = new TreeMap<>();
        models = new MergedModels(deployment.snapshots().directory(), run);
        state = context.getOperatorStateStore().getListState(MERGER);
        List<List<byte[]>> stored = LearnerStateWire.byWriter(state.get());
        state.clear();
        if (stored.size() > 1) {
            throw new IllegalStateException(
                    "merger state: wanted the 1 model of a merger at parallelism 1, found "
                            + stored.size());
        }
        for (List<byte[]> pieces : stored) {
            LearnerStateWire.read(pieces, deployment.sampleSchema().fingerprint(), parts());
        }
        start.requireSame(deployment);
        reportedSamples = whole.progress().samples;
    }

    @Override
    public void open() throws Exception {
        super.open();
        models.deleteOtherRuns();
        MergedModel last = whole.rounds().last();
        if (last != null) {
            // What was restored is complete, whether it was shown before the failure or not.
            models.write(MergedModels.File.of(last));
        }
        outputs = new LearnerOutputs(deployment, output);
        assembly = new SnapshotAssembly(deployment);
        registerMetrics();
    }

    @Override
    public void processElement(StreamRecord<LearnerMessage> record) throws Exception {
        LearnerMessage message = record.getValue();
        byte[] payload = message.payload;
        switch (message.kind) {
            case USER_ROW -> userRow(message);
            case WINDOW -> say(whole.window(message.replica, message.timeMs, bytes(payload)));
            case REPORT -> {
                ReplicaReport report =
                        ReplicaReport.read(
                                bytes(payload), spec, deployment.snapshots().gate().horizon());
                if (report.founding() != null) {
                    serving = report.founding().serving();
                }
                whole.take(message.replica, report);
                staleness = whole.rounds().staleness();
            }
        }
    }

    private void userRow(LearnerMessage message) {
        if (message.version == LearnerMessage.LAST_VERSION) {
            lastRows.add(message);
        } else {
            userRow(message, message.version);
        }
    }

    private void userRow(LearnerMessage message, long version) {
        outputs.userRow(
                message.userId, version, message.row, message.timeMs, whole.progress().trainedMs);
    }

    private static byte[] bytes(byte @Nullable [] payload) {
        if (payload == null) {
            throw new IllegalStateException("a learner's message without content");
        }
        return payload;
    }

    @Override
    public void prepareSnapshotPreBarrier(long checkpointId) throws Exception {
        super.prepareSnapshotPreBarrier(checkpointId);
        if (ended) {
            return;
        }
        boolean merged = whole.merge();
        report();
        guard();
        serving.checkpoints++;
        if (merged && whole.together() && comparable() && gate().due()) {
            publish();
        }
        MergedModel news = whole.takeNews();
        if (news != null) {
            pending.put(checkpointId, MergedModels.File.of(news));
        }
    }

    @Override
    public void endInput() throws Exception {
        whole.merge();
        say(whole.closeWindows());
        report();
        long decided = serving.rollbacks + serving.returns;
        guard();
        // After a return or a rollback the learners' rows and figures are of something else.
        boolean sound = whole.together() && serving.rollbacks + serving.returns == decided;
        if (sound && whole.unpublished()) {
            publish();
        }
        if (sound && serving.liveVersion() == whole.progress().version) {
            lastRows.forEach(message -> userRow(message, serving.liveVersion()));
        }
        lastRows.clear();
        ended = true;
    }

    /** Whether a version could be judged: after a rescale replicas load the live one first. */
    private boolean comparable() {
        return !deployment.snapshots().gate().enabled() || whole.compares();
    }

    /** The gate, on what the replicas have scored so far. */
    private VersionGate gate() {
        return new VersionGate(
                deployment.snapshots(), spec, whole.progress(), serving, whole.comparison());
    }

    /** Sees to it that neither the learners nor readers go on with something bad. */
    private void guard() throws Exception {
        if (!deployment.snapshots().gate().enabled() || !whole.complete()) {
            return;
        }
        if (!whole.diverged().isEmpty()) {
            goBack("the loss of learners " + whole.diverged() + " diverged");
        }
        VersionGate gate = gate();
        List<String> regressions = gate.regressions();
        if (!regressions.isEmpty()) {
            rollBack(regressions);
        } else if (gate.trialOver()) {
            endTrial();
        }
    }

    private void endTrial() {
        serving.trialOver();
        whole.trialOver();
    }

    /** All learners become the live version again, their users' rows included. */
    private void goBack(String reason) {
        if (whole.rounds().standing().live() == null) {
            LOG.warn("Learners: {}, and no version is live that they could go back to", reason);
            return;
        }
        LOG.warn("Learners go back to version {}: {}", serving.liveVersion(), reason);
        whole.goBack();
        serving.returned();
    }

    /** Readers are told to serve the version before the live one again; learners tell its rows. */
    private void rollBack(List<String> reasons) throws IOException {
        if (!assembly.canRollBack(serving)) {
            SnapshotAssembly.warnOfNoWayBack(serving, reasons);
            endTrial();
            return;
        }
        SnapshotCandidate rollback = assembly.rollback(serving, whole.progress(), reasons);
        LOG.warn(
                "Version {} is taken back, version {} live again: {}",
                rollback.takenBack,
                rollback.version,
                rollback.reason);
        whole.rolledBack();
        output.collect(new StreamRecord<>(rollback, rollback.eventTimeMs));
    }

    @Override
    public void snapshotState(StateSnapshotContext context) throws Exception {
        state.update(LearnerStateWire.write(deployment.sampleSchema().fingerprint(), 0, parts()));
        super.snapshotState(context);
    }

    @Override
    public void notifyCheckpointComplete(long checkpointId) throws Exception {
        super.notifyCheckpointComplete(checkpointId);
        state.clear(); // written; the next checkpoint fills it anew
        Map.Entry<Long, MergedModels.File> complete = pending.floorEntry(checkpointId);
        if (complete != null) {
            models.write(complete.getValue());
            pending.headMap(checkpointId, true).clear();
        }
    }

    @Override
    public void notifyCheckpointAborted(long checkpointId) throws Exception {
        super.notifyCheckpointAborted(checkpointId);
        state.clear();
    }

    private void report() {
        if (whole.complete() && whole.progress().samples > reportedSamples) {
            say(whole.quality().cumulative());
            reportedSamples = whole.progress().samples;
        }
    }

    private void say(List<QualitySlice> slices) {
        outputs.metrics(slices, whole.progress(), whole.alarms());
        gauges.update(slices);
    }

    private void publish() throws Exception {
        VersionGate gate = gate();
        SnapshotCandidate candidate =
                assembly.make(
                        whole.model(),
                        whole.quality(),
                        whole.progress(),
                        whole.sources(),
                        serving,
                        gate);
        output.collect(new StreamRecord<>(candidate, candidate.eventTimeMs));
        if (candidate.decision == SnapshotDecision.PUBLISH) {
            whole.published(candidate.version, deployment.snapshots().gate().enabled());
        } else {
            LOG.warn("Version {} is rejected by the gate; see its manifest", candidate.version);
            if (gate.patienceLost()) {
                goBack("too many versions in a row were worse than the live one");
            }
        }
    }

    private LearnerStateWire.Part[] parts() {
        return new LearnerStateWire.Part[] {
            new LearnerStateWire.Part(whole::write, whole::read),
            new LearnerStateWire.Part(serving::write, serving::read),
            new LearnerStateWire.Part(start::write, start::read)
        };
    }

    /** What is served; the operator's own. */
    Serving serving() {
        return serving;
    }

    private void registerMetrics() {
        MetricGroup group = getMetricGroup().addGroup("learner");
        group.gauge("samples", () -> whole.progress().samples);
        group.gauge("steps", () -> whole.progress().steps);
        group.gauge("snapshotVersion", () -> whole.progress().version);
        group.gauge("trainedEventTimeMs", () -> whole.progress().trainedMs);
        group.gauge("liveVersion", () -> serving.liveVersion());
        group.gauge("rejectedVersions", () -> serving.rejectedVersions);
        group.gauge("rollbacks", () -> serving.rollbacks);
        group.gauge("returns", () -> serving.returns);
        group.gauge("mergeRound", () -> whole.rounds().round());
        group.gauge("mergeStaleness", () -> staleness);
        group.gauge("droppedIncrements", () -> whole.rounds().droppedCuts());
        gauges = new QualityGauges(group, spec.tasks());
    }
}
