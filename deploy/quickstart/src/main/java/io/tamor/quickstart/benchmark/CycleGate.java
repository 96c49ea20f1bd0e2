package io.tamor.quickstart.benchmark;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.flink.api.connector.source.lib.NumberSequenceSource.NumberSequenceSplit;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiter;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;

/**
 * Lets the sources of this process pass so many cycles and then holds them, without holding
 * checkpoints: between two phases every operator has done all there is. Thread-safe.
 */
final class CycleGate {
    private static final CycleGate GATE = new CycleGate();
    private static final CompletionStage<Void> OPEN = CompletableFuture.completedFuture(null);

    private long limit;
    private long passed;
    private CompletableFuture<Void> opening = new CompletableFuture<>();

    private CycleGate() {}

    /** The gate of this process. */
    static CycleGate ofProcess() {
        return GATE;
    }

    /** How the sources ask it. */
    static RateLimiterStrategy<NumberSequenceSplit> strategy() {
        return parallelism -> (RateLimiter<NumberSequenceSplit>) requests -> GATE.acquire();
    }

    /** Holds at a number of cycles since the beginning. */
    synchronized void holdAt(long cycles) {
        limit = cycles;
        CompletableFuture<Void> waiting = opening;
        opening = new CompletableFuture<>();
        waiting.complete(null);
    }

    /** Holds at once; returns the cycles that passed. */
    synchronized long hold() {
        limit = Math.min(limit, passed);
        return passed;
    }

    /** Forgets what passed, for the next job. */
    synchronized void reset() {
        limit = 0;
        passed = 0;
    }

    synchronized long passed() {
        return passed;
    }

    private synchronized CompletionStage<Void> acquire() {
        if (passed < limit) {
            passed++;
            return OPEN;
        }
        return opening.thenCompose(opened -> acquire());
    }
}
