package io.tamor.jobs.config;

import java.io.Serializable;
import java.time.Duration;

/**
 * Corrections of labels already emitted.
 *
 * @param grace an outcome that arrives at most this much event time behind the watermark is still
 *     taken; one later still is rejected as late
 */
public record CorrectionOptions(Duration grace) implements Serializable {}
