package io.tamor.jobs.config;

import java.io.Serializable;

/**
 * Where and how often snapshots are published.
 *
 * @param directory URI of a folder on any file system that Flink has a plugin for
 * @param every what must pass between versions: by event time or samples one is cut at the training
 *     step in which it falls due, by checkpoints with the checkpoint; it is published with the next
 *     checkpoint
 * @param keep published versions kept, and as many rejected ones; what a kept version is read from
 *     or would be rolled back to is kept too
 * @param fullEvery of so many versions one is full, the others are deltas on their parents; 1: all
 *     are full
 */
public record SnapshotOptions(
        String directory, SnapshotSchedule every, int keep, int fullEvery, GateOptions gate)
        implements Serializable {}
