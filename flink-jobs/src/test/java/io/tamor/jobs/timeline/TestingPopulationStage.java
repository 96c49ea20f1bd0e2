package io.tamor.jobs.timeline;

import io.tamor.jobs.config.AggregateOptions.Same;
import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.timeline.logic.EventKind;
import io.tamor.jobs.timeline.logic.PopulationEvent;
import io.tamor.jobs.timeline.logic.PopulationRules;
import io.tamor.jobs.timeline.logic.PopulationState;
import io.tamor.jobs.timeline.logic.RawEvent;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.typeutils.base.StringSerializer;
import org.apache.flink.api.java.functions.KeySelector;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.hashmap.HashMapStateBackend;
import org.apache.flink.runtime.state.storage.JobManagerCheckpointStorage;
import org.apache.flink.state.rocksdb.EmbeddedRocksDBStateBackend;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;
import org.apache.flink.streaming.util.KeyedMultiInputStreamOperatorTestHarness;
import org.apache.flink.util.Collector;

/** A population stage in Flink's harness, between the sources and a {@link TestingTimeline}. */
final class TestingPopulationStage {
    private final Deployment deployment;
    private final Same level;
    private final PopulationRules rules;
    private final PopulationEvents mapper;
    private final List<EventKind> kinds;
    private final boolean rocksDb;
    private final List<Harness> subtasks = new ArrayList<>();
    private final List<RawEvent> told = new ArrayList<>();
    private final Map<EventKind, Long> watermarks = new EnumMap<>(EventKind.class);
    private long watermarkMs;
    private long passedMs;
    private boolean idle;

    TestingPopulationStage(Deployment deployment, Same level, boolean rocksDb) {
        this.deployment = deployment;
        this.level = level;
        this.rules = new PopulationRules(deployment, level);
        this.mapper = new PopulationEvents(rules);
        this.mapper.open(null);
        this.kinds = PopulationStage.kinds(rules);
        this.rocksDb = rocksDb;
    }

    boolean needed() {
        return rules.needed();
    }

    private boolean isSecond() {
        return level != PopulationStage.LEVELS.get(0)
                && new PopulationRules(deployment, PopulationStage.LEVELS.get(0)).needed();
    }

    void status(EventKind kind, boolean isIdle) throws Exception {
        for (Harness harness : subtasks) {
            harness.processWatermarkStatus(
                    kinds.indexOf(kind), isIdle ? WatermarkStatus.IDLE : WatermarkStatus.ACTIVE);
        }
    }

    void processingTime(long timeMs) throws Exception {
        for (Harness harness : subtasks) {
            harness.setProcessingTime(timeMs);
        }
    }

    /** Whether the stage says that its impressions are silent. */
    boolean idle() {
        collect();
        return idle;
    }

    void start(int parallelism, OperatorSubtaskState state, int oldParallelism) throws Exception {
        watermarkMs = Long.MIN_VALUE;
        passedMs = Long.MIN_VALUE;
        kinds.forEach(kind -> watermarks.put(kind, Long.MIN_VALUE));
        for (int i = 0; i < parallelism; i++) {
            Harness harness = new Harness(parallelism, i);
            harness.setStateBackend(
                    rocksDb ? new EmbeddedRocksDBStateBackend(true) : new HashMapStateBackend());
            harness.setCheckpointStorage(new JobManagerCheckpointStorage(256 << 20));
            harness.setup();
            if (state != null) {
                harness.initializeState(
                        Harness.repartitionOperatorState(
                                state,
                                TestingTimeline.MAX_PARALLELISM,
                                oldParallelism,
                                parallelism,
                                i));
            }
            harness.open();
            subtasks.add(harness);
        }
    }

    /** Takes an event of any kind; those it does not count are no concern of it. */
    void feed(RawEvent event) throws Exception {
        if (!kinds.contains(event.kind())) {
            return;
        }
        List<PopulationEvent> counted = new ArrayList<>();
        mapper.flatMap(event, new ListCollector(counted));
        for (PopulationEvent one : counted) {
            int subtask =
                    KeyGroupRangeAssignment.assignKeyToParallelOperator(
                            one.group(), TestingTimeline.MAX_PARALLELISM, subtasks.size());
            subtasks.get(subtask)
                    .processElement(
                            kinds.indexOf(event.kind()), new StreamRecord<>(one, one.timeMs()));
        }
    }

    /** Which events it counts. */
    Same level() {
        return level;
    }

    /** True of an event that would come too late to be counted: behind what the stage reads. */
    boolean isPast(long timeMs) {
        return timeMs <= PopulationOperator.overMs(Collections.min(watermarks.values()));
    }

    void watermark(EventKind kind, long timeMs) throws Exception {
        if (kinds.contains(kind)) {
            watermarks.merge(kind, timeMs, Math::max);
            for (Harness harness : subtasks) {
                harness.processWatermark(kinds.indexOf(kind), new Watermark(timeMs));
            }
        }
    }

    private void collect() {
        for (Harness harness : subtasks) {
            for (Object out; (out = harness.getOutput().poll()) != null; ) {
                if (out instanceof StreamRecord<?> record
                        && record.getValue() instanceof RawEvent event) {
                    told.add(event);
                } else if (out instanceof Watermark mark) {
                    watermarkMs = mark.getTimestamp();
                } else if (out instanceof WatermarkStatus status) {
                    idle = status.isIdle();
                }
            }
        }
    }

    /** Takes the impressions that left since the last call. */
    List<RawEvent> told() {
        collect();
        List<RawEvent> taken = List.copyOf(told);
        told.clear();
        return taken;
    }

    /** The watermark that followed them. */
    long watermarkMs() {
        return watermarkMs;
    }

    /** The same if it has not been asked for; Long.MIN_VALUE otherwise. */
    long newWatermarkMs() {
        long found = watermarkMs > passedMs ? watermarkMs : Long.MIN_VALUE;
        passedMs = watermarkMs;
        return found;
    }

    /** Takes a snapshot and stops. */
    OperatorSubtaskState stopped(long checkpoint) throws Exception {
        OperatorSubtaskState[] states = new OperatorSubtaskState[subtasks.size()];
        for (int i = 0; i < states.length; i++) {
            states[i] = subtasks.get(i).snapshot(checkpoint, checkpoint);
        }
        stop();
        return Harness.repackageState(states);
    }

    void stop() throws Exception {
        for (Harness harness : subtasks) {
            harness.close();
        }
        subtasks.clear();
    }

    int timers() {
        return subtasks.stream().mapToInt(Harness::numEventTimeTimers).sum();
    }

    /** Number of groups with state. */
    long groups() {
        return subtasks.stream()
                .mapToLong(
                        h -> {
                            try (var keys =
                                    h.operator()
                                            .<String>getKeyedStateBackend()
                                            .getKeys(
                                                    PopulationOperator.GROUP.getName(),
                                                    VoidNamespace.INSTANCE)) {
                                return keys.count();
                            }
                        })
                .sum();
    }

    /** The largest state of a group, as stored. */
    long largestGroupBytes() throws Exception {
        long[] largest = {0};
        for (Harness harness : subtasks) {
            harness.operator()
                    .<String>getKeyedStateBackend()
                    .applyToAllKeys(
                            VoidNamespace.INSTANCE,
                            org.apache.flink.runtime.state.VoidNamespaceSerializer.INSTANCE,
                            PopulationOperator.GROUP,
                            (key, state) -> {
                                var out = new org.apache.flink.core.memory.DataOutputSerializer(64);
                                PopulationState group = state.value();
                                group.write(out);
                                largest[0] = Math.max(largest[0], out.length());
                            });
        }
        return largest[0];
    }

    private record ListCollector(List<PopulationEvent> list) implements Collector<PopulationEvent> {
        @Override
        public void collect(PopulationEvent event) {
            list.add(event);
        }

        @Override
        public void close() {}
    }

    @SuppressWarnings("try") // the harness's own close may be interrupted
    private final class Harness extends KeyedMultiInputStreamOperatorTestHarness<String, RawEvent> {
        Harness(int parallelism, int index) throws Exception {
            super(
                    new PopulationOperatorFactory(deployment, rules, isSecond()),
                    TestingTimeline.MAX_PARALLELISM,
                    parallelism,
                    index);
            config.setStateKeySerializer(StringSerializer.INSTANCE);
            KeySelector<PopulationEvent, String> byGroup = PopulationEvent::group;
            for (int i = 0; i < kinds.size(); i++) {
                setKeySelector(i, byGroup);
            }
            config.serializeAllConfigs();
        }

        PopulationOperator operator() {
            return (PopulationOperator) getCastedOperator();
        }
    }
}
