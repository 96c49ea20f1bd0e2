package io.tamor.jobs.timeline;

import java.util.ArrayList;
import java.util.List;
import org.apache.flink.streaming.runtime.tasks.ProcessingTimeService;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;

/** The {@link OutageGuard} of each input of an operator; Flink counts inputs from 1. */
final class OutageGuards {
    /** Lets an input's status take effect in the operator. */
    @FunctionalInterface
    interface Effect {
        void apply(WatermarkStatus status, int inputId) throws Exception;
    }

    private final List<OutageGuard> guards = new ArrayList<>();

    OutageGuards(ProcessingTimeService time, long outageMs, int inputCount, Effect effect) {
        for (int i = 1; i <= inputCount; i++) {
            int inputId = i;
            guards.add(
                    new OutageGuard(
                            time,
                            outageMs,
                            idle ->
                                    effect.apply(
                                            idle ? WatermarkStatus.IDLE : WatermarkStatus.ACTIVE,
                                            inputId)));
        }
    }

    /** Takes an input's new status. */
    void onStatus(WatermarkStatus status, int inputId) throws Exception {
        of(inputId).onStatus(status.isIdle());
    }

    OutageGuard of(int inputId) {
        return guards.get(inputId - 1);
    }
}
