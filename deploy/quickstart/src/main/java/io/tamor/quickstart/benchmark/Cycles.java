package io.tamor.quickstart.benchmark;

import io.tamor.jobs.timeline.logic.EventKind;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.common.eventtime.WatermarkGenerator;
import org.apache.flink.api.common.eventtime.WatermarkOutput;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.RichFlatMapFunction;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.Collector;

/** The source of every variant: numbers of cycles, each made into events right behind it. */
final class Cycles {
    private Cycles() {}

    /** Cycles in the order of time, spread over the subtasks, as far as {@link CycleGate} lets. */
    static DataStream<Long> source(
            StreamExecutionEnvironment environment, Workload workload, long count) {
        int parallelism = environment.getParallelism();
        long each = (count + parallelism - 1) / parallelism;
        return environment
                .fromSource(
                        new DataGeneratorSource<>(
                                n -> n % each * parallelism + n / each,
                                each * parallelism,
                                CycleGate.strategy(),
                                Types.LONG),
                        WatermarkStrategy.<Long>forGenerator(c -> new Marks(workload))
                                .withTimestampAssigner(
                                        (cycle, before) -> workload.arrivalMs(cycle)),
                        "cycles")
                .uid("benchmark.cycles");
    }

    /** The watermark is the arrival of the newest cycle less the disorder. */
    private static final class Marks implements WatermarkGenerator<Long> {
        private final Workload workload;
        private long newest = -1;

        Marks(Workload workload) {
            this.workload = workload;
        }

        @Override
        public void onEvent(Long cycle, long timestampMs, WatermarkOutput output) {
            newest = Math.max(newest, cycle);
        }

        @Override
        public void onPeriodicEmit(WatermarkOutput output) {
            if (newest >= 0) {
                output.emitWatermark(
                        new Watermark(
                                workload.arrivalMs(newest) - Workload.DISORDER.toMillis() - 1));
            }
        }
    }

    /** Makes a cycle's events of one kind; {@link #event} makes one. */
    abstract static class Events<T> extends RichFlatMapFunction<Long, T> {
        final EventKind kind;
        final Workload workload;

        Events(EventKind kind, Workload workload) {
            this.kind = kind;
            this.workload = workload;
        }

        @Override
        public void flatMap(Long cycle, Collector<T> out) throws Exception {
            for (int ordinal = 0; ordinal < Workload.perCycle(kind); ordinal++) {
                long impression = workload.impression(kind, cycle, ordinal);
                if (impression >= 0) {
                    event(impression, workload.timeMs(kind, cycle, ordinal), out);
                }
            }
        }

        abstract void event(long impression, long timeMs, Collector<T> out) throws Exception;
    }
}
