package io.tamor.quickstart.benchmark;

import io.tamor.quickstart.benchmark.Shares.Part;
import java.util.Map;

/**
 * What one trial found.
 *
 * @param pending impressions in state when the measured phase began
 * @param stateBytesPerPending size of a checkpoint by the impressions in it, the mean of several
 * @param events of the measured phase
 * @param wallSeconds of the measured phase
 * @param cpuSeconds the process spent in the measured phase, RocksDB's compaction and the
 *     collection of garbage included, just-in-time compilation not
 * @param cpuByThread the same by group of threads
 * @param shares of the keyed operator's busy time
 */
record TrialFigures(
        long pending,
        double stateBytesPerPending,
        double fillSeconds,
        long events,
        double wallSeconds,
        double cpuSeconds,
        Map<String, Double> cpuByThread,
        Map<Part, Double> shares) {
    /** Events for each second that one core was busy. */
    double eventsPerCoreSecond() {
        return events / cpuSeconds;
    }

    /** Events for each second by the clock. */
    double eventsPerSecond() {
        return events / wallSeconds;
    }
}
