package io.tamor.jobs.learner;

import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.io.OutgoingRecord;
import io.tamor.jobs.learner.logic.Serving;
import io.tamor.jobs.snapshot.SnapshotCandidate;
import io.tamor.model.snapshot.Snapshot;
import io.tamor.schemas.LearnerMetrics;
import io.tamor.schemas.RejectedRecord;
import io.tamor.schemas.Sample;
import io.tamor.schemas.UserBiasRow;
import io.tamor.schemas.wire.FeatureWire;
import io.tamor.schemas.wire.MalformedRecordException;
import io.tamor.schemas.wire.RecordWire;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.StateBackend;
import org.apache.flink.runtime.state.hashmap.HashMapStateBackend;
import org.apache.flink.state.rocksdb.EmbeddedRocksDBStateBackend;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.apache.flink.util.OutputTag;

/**
 * The learner's operator, on RocksDB unless told otherwise, with what it has said so far; it
 * survives being restored.
 */
final class TestingLearner implements AutoCloseable {
    /** Fewer than the users of a mini-batch. */
    static final int FEW_ROWS = 5;

    private static final RecordWire<Sample> SAMPLES = RecordWire.of(Sample.class);
    private static final RecordWire<LearnerMetrics> METRICS = RecordWire.of(LearnerMetrics.class);
    private static final RecordWire<RejectedRecord> REJECTED = RecordWire.of(RejectedRecord.class);
    private static final RecordWire<UserBiasRow> ROWS = RecordWire.of(UserBiasRow.class);

    final List<SnapshotCandidate> candidates = new ArrayList<>();
    final List<LearnerMetrics> metrics = new ArrayList<>();
    final List<RejectedRecord> rejected = new ArrayList<>();

    /** As a reader of the compacted topic has them. */
    final Map<String, UserBiasRow> userRows = new TreeMap<>();

    private Deployment deployment;
    private final StateBackend backend;
    private final boolean beside;
    private KeyedOneInputStreamOperatorTestHarness<String, ConsumedSample, SnapshotCandidate>
            harness;
    private long offset;
    private long checkpoint;

    TestingLearner(Deployment deployment) throws Exception {
        this(deployment, new EmbeddedRocksDBStateBackend(false));
    }

    TestingLearner(Deployment deployment, StateBackend backend) throws Exception {
        this(deployment, backend, true);
    }

    /**
     * A learner.
     *
     * @param beside whether steps go on beside what comes next, as long ones do, and memory holds
     *     fewer users than there are, as in a large stream
     */
    TestingLearner(Deployment deployment, StateBackend backend, boolean beside) throws Exception {
        this.deployment = deployment;
        this.backend = backend;
        this.beside = beside;
        harness = harness(deployment, 1, backend);
        open();
    }

    private void open() throws Exception {
        harness.open();
        if (beside) {
            operator().training().steps().alwaysBeside();
            operator().training().userRows().holdAtMost(FEW_ROWS);
        }
    }

    private OnlineLearnerOperator operator() {
        return (OnlineLearnerOperator) harness.getOperator();
    }

    /** What trains, between two steps. */
    private OnlineLearnerOperator settled() throws Exception {
        operator().training().settle();
        return operator();
    }

    /** Only opens the operator, as one of several subtasks. */
    static void atParallelism(Deployment deployment, int parallelism) throws Exception {
        var harness = harness(deployment, parallelism, new HashMapStateBackend());
        try {
            harness.open();
        } finally {
            harness.close();
        }
    }

    private static KeyedOneInputStreamOperatorTestHarness<String, ConsumedSample, SnapshotCandidate>
            harness(Deployment deployment, int parallelism, StateBackend backend) throws Exception {
        KeyedOneInputStreamOperatorTestHarness<String, ConsumedSample, SnapshotCandidate> harness =
                new KeyedOneInputStreamOperatorTestHarness<>(
                        new OnlineLearnerOperator(deployment),
                        consumed -> consumed.userId,
                        Types.STRING,
                        deployment.flink().maxParallelism(),
                        parallelism,
                        0);
        harness.setStateBackend(backend);
        return harness;
    }

    void take(Sample sample) throws Exception {
        take(sample.getUserId(), SAMPLES.encode(sample));
    }

    void take(String key, byte[] payload) throws Exception {
        ConsumedSample consumed = new ConsumedSample();
        consumed.userId = key;
        consumed.partition = 0;
        consumed.offset = offset++;
        consumed.payload = payload;
        harness.processElement(new StreamRecord<>(consumed));
    }

    void watermark(long timeMs) throws Exception {
        harness.processWatermark(timeMs);
    }

    /** As a bounded input ends: the last watermark, then the end. */
    void end() throws Exception {
        harness.processWatermark(Long.MAX_VALUE);
        harness.endInput();
        collect();
    }

    /** A checkpoint with all that comes before its barrier. */
    OperatorSubtaskState checkpoint() throws Exception {
        harness.prepareSnapshotPreBarrier(++checkpoint);
        OperatorSubtaskState state = harness.snapshot(checkpoint, 0);
        collect();
        return state;
    }

    /** Throws the operator away and goes on from a checkpoint; outputs since are the caller's. */
    void restore(OperatorSubtaskState state) throws Exception {
        harness.close();
        harness = harness(deployment, 1, backend);
        harness.initializeState(state);
        open();
    }

    /** The same under another configuration. */
    void restore(OperatorSubtaskState state, Deployment changed) throws Exception {
        deployment = changed;
        restore(state);
    }

    long samples() throws Exception {
        return settled().progress().samples;
    }

    /** The version that was cut last, made or not. */
    long version() throws Exception {
        return settled().progress().version;
    }

    long lateSamples() {
        return operator().progress().lateSamples;
    }

    long skippedSamples() {
        return operator().training().skippedSamples();
    }

    int timers() throws Exception {
        settled();
        return harness.numEventTimeTimers();
    }

    private void collect() throws MalformedRecordException {
        harness.extractOutputValues().stream()
                .filter(candidate -> !candidates.contains(candidate))
                .forEach(candidates::add);
        for (OutgoingRecord record : drain(OnlineLearnerOperator.METRICS)) {
            metrics.add(METRICS.decode(record.value()));
        }
        for (OutgoingRecord record : drain(OnlineLearnerOperator.REJECTED)) {
            rejected.add(REJECTED.decode(record.value()));
        }
        for (OutgoingRecord record : drain(OnlineLearnerOperator.USER_ROWS)) {
            String user = record.key();
            if (record.value() == null) {
                userRows.remove(user);
            } else {
                userRows.put(user, ROWS.decode(record.value()));
            }
        }
    }

    private List<OutgoingRecord> drain(OutputTag<OutgoingRecord> tag) {
        List<OutgoingRecord> drained = new ArrayList<>();
        Queue<StreamRecord<OutgoingRecord>> queue = harness.getSideOutput(tag);
        while (queue != null && !queue.isEmpty()) {
            drained.add(queue.remove().getValue());
        }
        return drained;
    }

    /** The last candidate, read again; it must be whole. */
    Snapshot lastSnapshot() throws IOException {
        SnapshotCandidate last = candidates.get(candidates.size() - 1);
        return snapshot(last.version);
    }

    /** A version that was made, read again with what it builds on; it must be whole. */
    Snapshot snapshot(long version) throws IOException {
        return versions().snapshot(version);
    }

    /** What was decided of versions. */
    TestingVersions versions() {
        return new TestingVersions(candidates);
    }

    /** The version that a reader of the announcements serves by now; 0 for none. */
    long served() {
        return versions().served();
    }

    /** Every decision so far: what, and of which version. */
    List<String> decisions() {
        return versions().decisions();
    }

    /** The rows' own store, between two steps. */
    UserRows rows() throws Exception {
        return settled().training().userRows();
    }

    Serving serving() throws Exception {
        return settled().serving();
    }

    /** The rows' values by user. */
    Map<String, List<Float>> rowValues() throws MalformedRecordException {
        Map<String, List<Float>> values = new TreeMap<>();
        for (UserBiasRow row : userRows.values()) {
            float[] floats = new float[row.getValues().remaining() / Float.BYTES];
            FeatureWire.unpackDense(row.getValues(), floats);
            List<Float> list = new ArrayList<>();
            for (float value : floats) {
                list.add(value);
            }
            values.put(row.getUserId(), list);
        }
        return values;
    }

    @Override
    public void close() {
        try {
            harness.close();
        } catch (Exception e) {
            throw new IllegalStateException("the harness does not close", e);
        }
    }
}
