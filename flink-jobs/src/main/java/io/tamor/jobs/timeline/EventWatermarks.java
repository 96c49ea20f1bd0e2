package io.tamor.jobs.timeline;

import io.tamor.jobs.config.EventTimeOptions;
import io.tamor.jobs.timeline.logic.RawEvent;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.common.eventtime.WatermarkGenerator;
import org.apache.flink.api.common.eventtime.WatermarkOutput;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;

/**
 * The watermark of a partition: its newest usable event minus the allowed disorder. Refused records
 * do not move it, whatever time they claim, and a partition that has no others is idle.
 */
final class EventWatermarks implements WatermarkGenerator<RawEvent> {
    private final long disorderMs;
    private long newestMs;

    private EventWatermarks(long disorderMs) {
        this.disorderMs = disorderMs;
        this.newestMs = Long.MIN_VALUE + disorderMs + 1;
    }

    /**
     * The strategy of each of the four sources.
     *
     * @param bounded a partition ends instead of falling idle, so no clock takes part: one that a
     *     busy reader has not come to yet must hold the watermark
     */
    static WatermarkStrategy<RawEvent> strategy(EventTimeOptions options, boolean bounded) {
        long disorderMs = options.disorder().toMillis();
        WatermarkStrategy<RawEvent> all =
                WatermarkStrategy.forGenerator(c -> new EventWatermarks(disorderMs));
        WatermarkStrategy<RawEvent> strategy = bounded ? all : all.withIdleness(options.idle());
        return WatermarkStrategy.<RawEvent>forGenerator(
                        c -> new Usable(strategy.createWatermarkGenerator(c)))
                .withTimestampAssigner((event, recordTimestamp) -> event.timeMs());
    }

    /** Shows a generator the usable events alone. */
    private record Usable(WatermarkGenerator<RawEvent> generator)
            implements WatermarkGenerator<RawEvent> {
        @Override
        public void onEvent(RawEvent event, long timestampMs, WatermarkOutput output) {
            if (event.cause() == null) {
                generator.onEvent(event, timestampMs, output);
            }
        }

        @Override
        public void onPeriodicEmit(WatermarkOutput output) {
            generator.onPeriodicEmit(output);
        }
    }

    @Override
    public void onEvent(RawEvent event, long timestampMs, WatermarkOutput output) {
        newestMs = Math.max(newestMs, event.timeMs());
    }

    @Override
    public void onPeriodicEmit(WatermarkOutput output) {
        output.emitWatermark(new Watermark(newestMs - disorderMs - 1));
    }
}
