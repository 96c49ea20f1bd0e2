package io.tamor.jobs.config;

import java.io.Serializable;
import java.time.Duration;

/**
 * Where and how often snapshots are published.
 *
 * @param directory URI of a folder on any file system that Flink has a plugin for
 * @param every event time between snapshots: one is cut at the first training step after it, and
 *     published with the next checkpoint
 * @param keep published versions kept
 */
public record SnapshotOptions(String directory, Duration every, int keep) implements Serializable {}
