package io.tamor.quickstart.benchmark;

import java.nio.file.Path;

/**
 * What one trial runs, in a process of its own.
 *
 * @param managedMebibytes memory of RocksDB, for all subtasks together
 * @param seconds length of the measured phase
 * @param fillMinutes longest time for filling the state; what was reached is reported
 */
record TrialOptions(
        Variant variant,
        Workload workload,
        int parallelism,
        int managedMebibytes,
        int seconds,
        int fillMinutes,
        Path folder) {}
