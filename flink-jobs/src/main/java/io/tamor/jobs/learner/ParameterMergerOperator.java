package io.tamor.jobs.learner;

import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.config.MergeOptions;
import io.tamor.jobs.learner.logic.LearnerProgress;
import io.tamor.jobs.learner.logic.LearnerStateWire;
import io.tamor.jobs.learner.logic.MergedLearner;
import io.tamor.jobs.learner.logic.MergedModel;
import io.tamor.jobs.learner.logic.ModelSpecs;
import io.tamor.jobs.learner.logic.QualitySlice;
import io.tamor.jobs.learner.logic.ReplicaReport;
import io.tamor.jobs.learner.logic.Serving;
import io.tamor.jobs.snapshot.SnapshotCandidate;
import io.tamor.model.config.ModelSpec;
import io.tamor.model.training.ModelMerge;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
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
 * failure takes back. State: the merged model, the sums of the learners' counters, the last
 * version. Versions are not judged by a gate. Runs at parallelism 1.
 */
@SuppressWarnings("NullAway.Init") // Flink calls initializeState and open before anything else
public final class ParameterMergerOperator extends AbstractStreamOperator<SnapshotCandidate>
        implements OneInputStreamOperator<LearnerMessage, SnapshotCandidate>, BoundedOneInput {
    // State: every descriptor of this operator.
    private static final ListStateDescriptor<byte[]> MERGER =
            new ListStateDescriptor<>(
                    "merger", PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO);

    private final Deployment deployment;
    private final MergeOptions merge;
    private final String run;

    private transient ModelSpec spec;
    private transient MergedLearner whole;
    private transient Serving serving;
    private transient MergedModels models;
    private transient SnapshotAssembly assembly;
    private transient LearnerOutputs outputs;
    private transient QualityGauges gauges;
    private transient ListState<byte[]> state;

    /** Rounds by the checkpoint that holds them, until it is complete. */
    private transient NavigableMap<Long, MergedModels.File> pending;

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
        spec = ModelSpecs.of(deployment);
        whole =
                new MergedLearner(
                        spec,
                        deployment.learner().parallelism(),
                        new ModelMerge(1, merge.momentum()));
        serving = new Serving();
        pending = new TreeMap<>();
        models = new MergedModels(deployment.snapshots().directory(), run);
        state = context.getOperatorStateStore().getListState(MERGER);
        List<byte[]> stored = new ArrayList<>();
        state.get().forEach(stored::add);
        if (stored.size() > 1) {
            throw new IllegalStateException(
                    "merger state: wanted the 1 model of a merger at parallelism 1, found "
                            + stored.size());
        }
        for (byte[] bytes : stored) {
            LearnerStateWire.read(bytes, deployment.sampleSchema().fingerprint(), parts());
        }
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
            case USER_ROW ->
                    outputs.userRow(
                            message.userId,
                            assembly.nextVersion(whole.progress()),
                            message.row,
                            message.timeMs,
                            whole.progress().trainedMs);
            case WINDOW -> say(whole.window(message.replica, message.timeMs, bytes(payload)));
            case REPORT -> {
                whole.take(message.replica, ReplicaReport.read(bytes(payload), spec));
                staleness = whole.rounds().staleness();
            }
        }
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
        MergedModel merged = whole.merge();
        if (merged != null) {
            pending.put(checkpointId, MergedModels.File.of(merged));
        }
        report();
        if (whole.publishDue()) {
            publish();
        }
    }

    @Override
    public void endInput() throws Exception {
        whole.merge();
        say(whole.closeWindows());
        report();
        if (whole.unpublished()) {
            publish();
        }
        ended = true;
    }

    @Override
    public void snapshotState(StateSnapshotContext context) throws Exception {
        state.update(
                List.of(LearnerStateWire.write(deployment.sampleSchema().fingerprint(), parts())));
        super.snapshotState(context);
    }

    @Override
    public void notifyCheckpointComplete(long checkpointId) throws Exception {
        super.notifyCheckpointComplete(checkpointId);
        Map.Entry<Long, MergedModels.File> complete = pending.floorEntry(checkpointId);
        if (complete != null) {
            models.write(complete.getValue());
            pending.headMap(checkpointId, true).clear();
        }
    }

    private void report() {
        if (whole.complete() && whole.progress().samples > reportedSamples) {
            say(whole.quality().cumulative());
            reportedSamples = whole.progress().samples;
        }
    }

    private void say(List<QualitySlice> slices) {
        outputs.metrics(slices, whole.progress());
        gauges.update(slices);
    }

    private void publish() throws Exception {
        LearnerProgress progress = whole.progress();
        // That of a model that was trained alone before.
        serving.adopt(progress.version, progress.manifestSha256, progress.snapshotMs);
        SnapshotCandidate candidate =
                assembly.make(
                        whole.model(), whole.quality(), progress, whole.sources(), serving, null);
        whole.published();
        output.collect(new StreamRecord<>(candidate, candidate.eventTimeMs));
    }

    private LearnerStateWire.Part[] parts() {
        return new LearnerStateWire.Part[] {
            new LearnerStateWire.Part(whole::write, whole::read),
            new LearnerStateWire.Part(serving::write, serving::read)
        };
    }

    private void registerMetrics() {
        MetricGroup group = getMetricGroup().addGroup("learner");
        group.gauge("samples", () -> whole.progress().samples);
        group.gauge("steps", () -> whole.progress().steps);
        group.gauge("snapshotVersion", () -> whole.progress().version);
        group.gauge("trainedEventTimeMs", () -> whole.progress().trainedMs);
        group.gauge("mergeRound", () -> whole.rounds().round());
        group.gauge("mergeStaleness", () -> staleness);
        group.gauge("droppedIncrements", () -> whole.rounds().droppedCuts());
        gauges = new QualityGauges(group, spec.tasks());
    }
}
