package io.tamor.jobs.learner;

import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.config.MergeOptions;
import io.tamor.jobs.io.OutgoingRecord;
import io.tamor.jobs.learner.logic.ReplicaState;
import io.tamor.jobs.learner.logic.Serving;
import io.tamor.jobs.snapshot.SnapshotCandidate;
import io.tamor.model.snapshot.Snapshot;
import io.tamor.model.training.ModelValues;
import io.tamor.schemas.LearnerMetrics;
import io.tamor.schemas.Sample;
import io.tamor.schemas.UserBiasRow;
import io.tamor.schemas.wire.RecordWire;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.apache.flink.util.OutputTag;

/**
 * Learners side by side and their merger, as the job connects them: samples go to their user's
 * learner, messages to the merger, barriers behind the messages. What was said stays through
 * restores.
 */
final class TestingLearners implements AutoCloseable {
    private static final RecordWire<Sample> SAMPLES = RecordWire.of(Sample.class);
    private static final RecordWire<LearnerMetrics> METRICS = RecordWire.of(LearnerMetrics.class);
    private static final RecordWire<UserBiasRow> ROWS = RecordWire.of(UserBiasRow.class);

    final List<SnapshotCandidate> candidates = new ArrayList<>();
    final List<LearnerMetrics> metrics = new ArrayList<>();
    final Map<String, UserBiasRow> userRows = new TreeMap<>();

    private final Deployment deployment;
    private final int parallelism;
    private final String run;
    private final List<
                    KeyedOneInputStreamOperatorTestHarness<String, ConsumedSample, LearnerMessage>>
            learners = new ArrayList<>();
    private final OneInputStreamOperatorTestHarness<LearnerMessage, SnapshotCandidate> merger;
    private long offset;
    private long checkpoint;

    /** All that a checkpoint holds. */
    record State(
            int parallelism, List<OperatorSubtaskState> learners, OperatorSubtaskState merger) {}

    /** Learners of a new model. */
    TestingLearners(Deployment deployment) throws Exception {
        this(deployment, UUID.randomUUID().toString(), null);
    }

    /**
     * Learners that go on from a state.
     *
     * @param run the same for a restart after a failure, a new one for a new submission
     */
    TestingLearners(Deployment deployment, String run, State from) throws Exception {
        this.deployment = deployment;
        this.run = run;
        this.parallelism = deployment.learner().parallelism();
        MergeOptions merge = deployment.learner().merge();
        for (int i = 0; i < parallelism; i++) {
            KeyedOneInputStreamOperatorTestHarness<String, ConsumedSample, LearnerMessage> learner =
                    new KeyedOneInputStreamOperatorTestHarness<>(
                            new ReplicaLearnerOperator(deployment, merge, run),
                            consumed -> consumed.userId,
                            Types.STRING,
                            deployment.flink().maxParallelism(),
                            parallelism,
                            i);
            if (from != null) {
                learner.initializeState(
                        AbstractStreamOperatorTestHarness.repartitionOperatorState(
                                AbstractStreamOperatorTestHarness.repackageState(
                                        from.learners().toArray(new OperatorSubtaskState[0])),
                                deployment.flink().maxParallelism(),
                                from.parallelism(),
                                parallelism,
                                i));
            }
            learner.open();
            // As long steps do, they go on beside what comes next.
            SampleTraining training = ((ReplicaLearnerOperator) learner.getOperator()).training();
            training.steps().alwaysBeside();
            training.userRows().holdAtMost(TestingLearner.FEW_ROWS);
            learners.add(learner);
        }
        merger =
                new OneInputStreamOperatorTestHarness<>(
                        new ParameterMergerOperator(deployment, merge, run));
        if (from != null && from.merger() != null) {
            merger.initializeState(from.merger());
        }
        merger.open();
    }

    String run() {
        return run;
    }

    void take(Sample sample) throws Exception {
        ConsumedSample consumed = new ConsumedSample();
        consumed.userId = sample.getUserId();
        consumed.offset = offset++;
        consumed.payload = SAMPLES.encode(sample);
        learners.get(owner(sample.getUserId())).processElement(new StreamRecord<>(consumed));
    }

    int owner(String userId) {
        return KeyGroupRangeAssignment.assignKeyToParallelOperator(
                userId, deployment.flink().maxParallelism(), parallelism);
    }

    void watermark(long timeMs) throws Exception {
        for (var learner : learners) {
            learner.processWatermark(timeMs);
        }
    }

    /** A checkpoint, complete but for its last message. */
    State checkpoint() throws Exception {
        checkpoint++;
        List<OperatorSubtaskState> states = new ArrayList<>();
        for (var learner : learners) {
            learner.prepareSnapshotPreBarrier(checkpoint);
            states.add(learner.snapshot(checkpoint, 0));
        }
        deliver();
        merger.prepareSnapshotPreBarrier(checkpoint);
        State state = new State(parallelism, states, merger.snapshot(checkpoint, 0));
        collect();
        return state;
    }

    /**
     * Everybody hears that the last checkpoint is complete, the merger last unless learners wait
     * for it.
     */
    void complete() throws Exception {
        boolean waited = deployment.learner().merge().bounded();
        if (waited) {
            merger.notifyOfCompletedCheckpoint(checkpoint);
        }
        for (var learner : learners) {
            learner.notifyOfCompletedCheckpoint(checkpoint);
        }
        if (!waited) {
            merger.notifyOfCompletedCheckpoint(checkpoint);
        }
        for (var learner : learners) {
            learner.setProcessingTime(learner.getProcessingTime() + 1_000);
        }
    }

    /** As a bounded input ends. */
    void end() throws Exception {
        watermark(Long.MAX_VALUE);
        for (var learner : learners) {
            learner.endInput();
        }
        deliver();
        merger.endInput();
        collect();
    }

    private void deliver() throws Exception {
        for (var learner : learners) {
            while (!learner.getOutput().isEmpty()) {
                Object next = learner.getOutput().poll();
                if (next instanceof StreamRecord<?> record) {
                    merger.processElement(new StreamRecord<>((LearnerMessage) record.getValue()));
                }
            }
        }
    }

    private void collect() throws Exception {
        merger.extractOutputValues().stream()
                .filter(candidate -> !candidates.contains(candidate))
                .forEach(candidates::add);
        for (OutgoingRecord record : drain(OnlineLearnerOperator.METRICS)) {
            metrics.add(METRICS.decode(record.value()));
        }
        for (OutgoingRecord record : drain(OnlineLearnerOperator.USER_ROWS)) {
            if (record.value() == null) {
                userRows.remove(record.key());
            } else {
                userRows.put(record.key(), ROWS.decode(record.value()));
            }
        }
    }

    private List<OutgoingRecord> drain(OutputTag<OutgoingRecord> tag) {
        List<OutgoingRecord> drained = new ArrayList<>();
        Queue<StreamRecord<OutgoingRecord>> queue = merger.getSideOutput(tag);
        while (queue != null && !queue.isEmpty()) {
            drained.add(queue.remove().getValue());
        }
        return drained;
    }

    ReplicaState replica(int index) throws Exception {
        ReplicaLearnerOperator learner = (ReplicaLearnerOperator) learners.get(index).getOperator();
        learner.training().settle();
        return learner.replica();
    }

    /** The users whose rows of a replica are to be told with the next version. */
    Set<String> changedRows(int index) throws Exception {
        ReplicaLearnerOperator learner = (ReplicaLearnerOperator) learners.get(index).getOperator();
        Set<String> users = new TreeSet<>();
        learner.training().userRows().showChanges((userId, values, trainedMs) -> users.add(userId));
        return users;
    }

    /** The parameters a replica trains, as bytes. */
    byte[] values(int index) throws Exception {
        return bytes(replica(index).trainer().values());
    }

    /** The parameters that a replica's next increment starts from, as bytes. */
    byte[] base(int index) throws Exception {
        return bytes(replica(index).replica().base());
    }

    private static byte[] bytes(ModelValues values) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        values.write(new DataOutputStream(bytes));
        return bytes.toByteArray();
    }

    Snapshot lastSnapshot() throws IOException {
        return versions().snapshot(candidates.get(candidates.size() - 1).version);
    }

    /** What was decided of versions. */
    TestingVersions versions() {
        return new TestingVersions(candidates);
    }

    /** What the merger says is served. */
    Serving serving() {
        return ((ParameterMergerOperator) merger.getOperator()).serving();
    }

    @Override
    public void close() {
        try {
            for (var learner : learners) {
                learner.close();
            }
            merger.close();
        } catch (Exception e) {
            throw new IllegalStateException("a harness does not close", e);
        }
    }
}
