package io.tamor.jobs.timeline;

import java.util.concurrent.ScheduledFuture;
import org.apache.flink.streaming.runtime.tasks.ProcessingTimeService;
import org.jspecify.annotations.Nullable;

/**
 * Holds back the news that an input went idle until it has been silent for the outage time: labels
 * must not close as negative because the click stream is down. Processing time; one for each input;
 * used by the task's thread. Not checkpointed: after a restore every input counts as live until its
 * sources say otherwise.
 */
final class OutageGuard {
    /** Tells the operator that the input's status is to take effect. */
    @FunctionalInterface
    interface Effect {
        void apply(boolean idle) throws Exception;
    }

    private final ProcessingTimeService time;
    private final long outageMs;
    private final Effect effect;
    private @Nullable ScheduledFuture<?> release;
    private boolean silent;
    private boolean passed;
    private long outageCount;

    OutageGuard(ProcessingTimeService time, long outageMs, Effect effect) {
        this.time = time;
        this.outageMs = outageMs;
        this.effect = effect;
    }

    /** Takes the input's new status. */
    void onStatus(boolean idle) throws Exception {
        if (idle == silent) {
            return;
        }
        silent = idle;
        if (idle) {
            outageCount++;
            if (outageMs == 0) {
                release();
            } else {
                release =
                        time.registerTimer(
                                time.getCurrentProcessingTime() + outageMs, at -> release());
            }
        } else {
            ScheduledFuture<?> waiting = release;
            if (waiting != null) {
                waiting.cancel(false);
                release = null;
            }
            if (passed) {
                passed = false;
                effect.apply(false);
            }
        }
    }

    private void release() throws Exception {
        if (silent && !passed) {
            release = null;
            passed = true;
            effect.apply(true);
        }
    }

    /** 1 while the silent input holds the watermark, else 0. */
    int holding() {
        return silent && !passed ? 1 : 0;
    }

    /** 1 while the input is silent, held or passed over, else 0. */
    int silent() {
        return silent ? 1 : 0;
    }

    /** How often the input fell silent. */
    long outageCount() {
        return outageCount;
    }
}
