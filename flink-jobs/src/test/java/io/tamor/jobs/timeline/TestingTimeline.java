package io.tamor.jobs.timeline;

import io.tamor.jobs.config.AggregateOptions.Same;
import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.io.OutgoingRecord;
import io.tamor.jobs.timeline.logic.EventKind;
import io.tamor.jobs.timeline.logic.RawEvent;
import io.tamor.jobs.timeline.logic.Tally;
import io.tamor.jobs.timeline.logic.UserState;
import io.tamor.schemas.Correction;
import io.tamor.schemas.RejectedRecord;
import io.tamor.schemas.Sample;
import io.tamor.schemas.wire.MalformedRecordException;
import io.tamor.schemas.wire.RecordWire;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.flink.api.common.typeutils.base.StringSerializer;
import org.apache.flink.api.java.functions.KeySelector;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.runtime.state.KeyedStateBackend;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.VoidNamespaceSerializer;
import org.apache.flink.runtime.state.hashmap.HashMapStateBackend;
import org.apache.flink.runtime.state.storage.JobManagerCheckpointStorage;
import org.apache.flink.state.rocksdb.EmbeddedRocksDBStateBackend;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;
import org.apache.flink.streaming.util.KeyedMultiInputStreamOperatorTestHarness;

/** The operator in Flink's harness: any parallelism, either backend, restored at will. */
final class TestingTimeline implements AutoCloseable {
    static final int MAX_PARALLELISM = 16;

    private final Deployment deployment;
    private final boolean rocksDb;
    private final List<Harness> subtasks = new ArrayList<>();
    private final RecordWire<Sample> sampleWire = RecordWire.of(Sample.class);
    private final RecordWire<Correction> correctionWire = RecordWire.of(Correction.class);
    private final RecordWire<RejectedRecord> rejectedWire = RecordWire.of(RejectedRecord.class);
    private final List<TestingPopulationStage> stages = new ArrayList<>();
    private final long[] watermarks = {
        Long.MIN_VALUE, Long.MIN_VALUE, Long.MIN_VALUE, Long.MIN_VALUE
    };
    private long checkpoint;

    final List<Sample> samples = new ArrayList<>();
    final List<Correction> corrections = new ArrayList<>();
    final List<RejectedRecord> rejected = new ArrayList<>();

    TestingTimeline(Deployment deployment, boolean rocksDb, int parallelism) throws Exception {
        this.deployment = deployment;
        this.rocksDb = rocksDb;
        for (Same level : PopulationStage.LEVELS) {
            TestingPopulationStage stage = new TestingPopulationStage(deployment, level, rocksDb);
            if (stage.needed()) {
                stage.start(parallelism, null, 0);
                stages.add(stage);
            }
        }
        start(parallelism, null, 0);
    }

    private void start(int parallelism, OperatorSubtaskState state, int oldParallelism)
            throws Exception {
        for (int i = 0; i < parallelism; i++) {
            Harness harness = new Harness(deployment, parallelism, i);
            harness.setStateBackend(
                    rocksDb ? new EmbeddedRocksDBStateBackend(true) : new HashMapStateBackend());
            harness.setCheckpointStorage(new JobManagerCheckpointStorage(256 << 20));
            harness.setup();
            if (state != null) {
                harness.initializeState(
                        Harness.repartitionOperatorState(
                                state, MAX_PARALLELISM, oldParallelism, parallelism, i));
            }
            harness.open();
            subtasks.add(harness);
        }
    }

    void feed(RawEvent event) throws Exception {
        for (TestingPopulationStage stage : stages) {
            if (stage == stages.get(0) || event.kind() != EventKind.IMPRESSION) {
                stage.feed(event);
            }
        }
        if (stages.isEmpty() || event.kind() != EventKind.IMPRESSION) {
            feedUser(event);
        } else {
            passOn();
        }
    }

    /** Hands told impressions from stage to stage, and to the users, with the watermark behind. */
    private void passOn() throws Exception {
        for (int i = 0; i < stages.size(); i++) {
            TestingPopulationStage next = i + 1 < stages.size() ? stages.get(i + 1) : null;
            for (RawEvent told : stages.get(i).told()) {
                if (next == null) {
                    feedUser(told);
                } else {
                    next.feed(told);
                }
            }
            long passed = stages.get(i).newWatermarkMs();
            if (passed == Long.MIN_VALUE) {
                continue;
            }
            if (next != null) {
                next.watermark(EventKind.IMPRESSION, passed);
            } else {
                for (Harness harness : subtasks) {
                    harness.processWatermark(EventKind.IMPRESSION.code(), new Watermark(passed));
                }
            }
        }
    }

    private void feedUser(RawEvent event) throws Exception {
        int subtask =
                KeyGroupRangeAssignment.assignKeyToParallelOperator(
                        event.userId(), MAX_PARALLELISM, subtasks.size());
        subtasks.get(subtask)
                .processElement(event.kind().code(), new StreamRecord<>(event, event.timeMs()));
    }

    /** Advances the watermark of one input, never back. */
    void watermark(EventKind kind, long watermarkMs) throws Exception {
        if (watermarkMs > watermarks[kind.code()]) {
            watermarks[kind.code()] = watermarkMs;
            for (TestingPopulationStage stage : stages) {
                if (stage == stages.get(0) || kind != EventKind.IMPRESSION) {
                    stage.watermark(kind, watermarkMs);
                }
            }
            if (stages.isEmpty() || kind != EventKind.IMPRESSION) {
                for (Harness harness : subtasks) {
                    harness.processWatermark(kind.code(), new Watermark(watermarkMs));
                }
            }
            passOn();
            collect();
        }
    }

    /** Where the users' event time is: the least of the inputs' watermarks. */
    long watermark() {
        long least = Arrays.stream(watermarks).min().orElseThrow();
        return stages.isEmpty()
                ? least
                : Math.min(least, stages.get(stages.size() - 1).watermarkMs());
    }

    /** True of an event that would come behind the first watermark that decides about it. */
    boolean isPast(TestingEvent event) {
        return (event.kind() == EventKind.IMPRESSION && !stages.isEmpty())
                ? stages.get(0).isPast(event.timeMs())
                : event.timeMs() <= watermark();
    }

    void watermarks(long watermarkMs) throws Exception {
        for (EventKind kind : EventKind.values()) {
            watermark(kind, watermarkMs);
        }
    }

    void status(EventKind kind, boolean idle) throws Exception {
        for (Harness harness : subtasks) {
            harness.processWatermarkStatus(
                    kind.code(), idle ? WatermarkStatus.IDLE : WatermarkStatus.ACTIVE);
        }
        collect();
    }

    void processingTime(long timeMs) throws Exception {
        for (Harness harness : subtasks) {
            harness.setProcessingTime(timeMs);
        }
        collect();
    }

    /** Closes the streams: every window ends. */
    void finish() throws Exception {
        watermarks(Long.MAX_VALUE);
        for (Harness harness : subtasks) {
            harness.operator().finish();
        }
    }

    /** Takes a snapshot, stops, and goes on from it with another parallelism. */
    void restore(int parallelism) throws Exception {
        collect();
        checkpoint++;
        OperatorSubtaskState[] states = new OperatorSubtaskState[subtasks.size()];
        for (int i = 0; i < states.length; i++) {
            subtasks.get(i).prepareSnapshotPreBarrier(checkpoint);
            states[i] = subtasks.get(i).snapshot(checkpoint, checkpoint);
        }
        OperatorSubtaskState whole = Harness.repackageState(states);
        for (TestingPopulationStage stage : stages) {
            stage.start(parallelism, stage.stopped(checkpoint), states.length);
        }
        stop();
        Arrays.fill(watermarks, Long.MIN_VALUE);
        start(parallelism, whole, states.length);
    }

    /** The same, and the sources say at once where event time was. */
    void restoreWithWatermarks(int parallelism) throws Exception {
        long[] before = watermarks.clone();
        restore(parallelism);
        for (EventKind kind : EventKind.values()) {
            watermark(kind, before[kind.code()]);
        }
    }

    /** Takes a snapshot of a timeline of one subtask. */
    OperatorSubtaskState snapshot() throws Exception {
        subtasks.get(0).prepareSnapshotPreBarrier(++checkpoint);
        return subtasks.get(0).snapshot(checkpoint, checkpoint);
    }

    /** Goes on, with one subtask, from a snapshot taken elsewhere. */
    void restore(OperatorSubtaskState state) throws Exception {
        stop();
        start(1, state, 1);
    }

    private void collect() throws MalformedRecordException {
        for (Harness harness : subtasks) {
            for (Object out; (out = harness.getOutput().poll()) != null; ) {
                if (out instanceof StreamRecord<?> record
                        && record.getValue() instanceof OutgoingRecord outgoing) {
                    Sample sample = sampleWire.decode(outgoing.value());
                    if (outgoing.timestampMs() != sample.getMaturedAtMs()
                            || record.getTimestamp() != sample.getMaturedAtMs()
                            || !outgoing.key().equals(sample.getUserId())) {
                        throw new AssertionError("key or timestamp of " + sample);
                    }
                    samples.add(sample);
                }
            }
            var corrected = harness.getSideOutput(UserTimelineOperator.CORRECTIONS);
            while (corrected != null && !corrected.isEmpty()) {
                corrections.add(correctionWire.decode(corrected.poll().getValue().value()));
            }
            var side = harness.getSideOutput(UserTimelineOperator.REJECTED);
            while (side != null && !side.isEmpty()) {
                rejected.add(rejectedWire.decode(side.poll().getValue().value()));
            }
        }
    }

    /** Takes what left since the last watermark, too. */
    TestingTimeline collected() throws MalformedRecordException {
        collect();
        return this;
    }

    int timers() {
        return stages.stream().mapToInt(TestingPopulationStage::timers).sum()
                + subtasks.stream().mapToInt(Harness::numEventTimeTimers).sum();
    }

    /** The stages in front of the users, in order. */
    List<TestingPopulationStage> stages() {
        return stages;
    }

    /** Number of things that are due in the future, as a checkpoint holds them. */
    long waiting() throws Exception {
        long waiting = 0;
        for (Harness harness : subtasks) {
            harness.prepareSnapshotPreBarrier(checkpoint + 1);
            try (Stream<Tuple2<String, Long>> buckets =
                    harness.backend().getKeysAndNamespaces(DueChunks.DUE.getName())) {
                waiting += buckets.count();
            }
        }
        return waiting;
    }

    /** Number of users with frozen features beside those of open impressions. */
    long usersWithFrozen() throws Exception {
        long users = 0;
        for (Harness harness : subtasks) {
            harness.prepareSnapshotPreBarrier(checkpoint + 1);
            try (Stream<String> keys =
                    harness.backend()
                            .getKeys(
                                    UserTimelineOperator.FROZEN.getName(),
                                    VoidNamespace.INSTANCE)) {
                users += keys.count();
            }
        }
        return users;
    }

    /** Applies a check to the remembered state of every user, as a checkpoint would hold it. */
    void forEachUser(java.util.function.Consumer<UserState> check) throws Exception {
        for (Harness harness : subtasks) {
            harness.prepareSnapshotPreBarrier(checkpoint + 1);
            harness.backend()
                    .applyToAllKeys(
                            VoidNamespace.INSTANCE,
                            VoidNamespaceSerializer.INSTANCE,
                            UserTimelineOperator.USER,
                            (key, state) -> check.accept(state.value()));
        }
    }

    /** The metrics of the first subtask. */
    TimelineMetrics metrics() {
        return subtasks.get(0).operator().figures();
    }

    /** The counts over all subtasks. */
    Map<String, Long> counts() {
        Map<String, Long> counts = new TreeMap<>();
        for (Harness harness : subtasks) {
            for (Tally.Cell cell : harness.operator().tally().cells()) {
                counts.merge(cell.name(), cell.value(), Long::sum);
            }
        }
        return counts;
    }

    private void stop() throws Exception {
        for (Harness harness : subtasks) {
            harness.close();
        }
        subtasks.clear();
    }

    @Override
    public void close() {
        try {
            for (TestingPopulationStage stage : stages) {
                stage.stop();
            }
            stop();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @SuppressWarnings("try") // the harness's own close may be interrupted
    private static final class Harness
            extends KeyedMultiInputStreamOperatorTestHarness<String, OutgoingRecord> {
        Harness(Deployment deployment, int parallelism, int index) throws Exception {
            super(new UserTimelineOperatorFactory(deployment), MAX_PARALLELISM, parallelism, index);
            config.setStateKeySerializer(StringSerializer.INSTANCE);
            KeySelector<RawEvent, String> byUser = RawEvent::userId;
            for (EventKind kind : EventKind.values()) {
                setKeySelector(kind.code(), byUser);
            }
            config.serializeAllConfigs();
        }

        UserTimelineOperator operator() {
            return (UserTimelineOperator) getCastedOperator();
        }

        KeyedStateBackend<String> backend() {
            return operator().getKeyedStateBackend();
        }
    }
}
