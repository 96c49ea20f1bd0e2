package io.tamor.jobs.config;

import java.io.Serializable;
import java.time.Duration;

/**
 * What the jobs ask of Flink; everything else is the cluster's own configuration.
 *
 * @param maxParallelism number of key groups, fixed for the life of the state
 * @param checkpoints URI of the checkpoints' folder
 */
public record FlinkOptions(
        int parallelism, int maxParallelism, Duration checkpointInterval, String checkpoints)
        implements Serializable {}
