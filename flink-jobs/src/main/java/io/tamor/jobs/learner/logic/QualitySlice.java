package io.tamor.jobs.learner.logic;

import org.jspecify.annotations.Nullable;

/**
 * Test-then-train quality of one task in one slice of tier and scenario, over the maturities {@code
 * [fromMs, toMs)}; null where a figure is not defined.
 */
public record QualitySlice(
        String task,
        String tier,
        String scenario,
        boolean cumulative,
        long fromMs,
        long toMs,
        long count,
        long positives,
        @Nullable Double auc,
        @Nullable Double logLoss,
        @Nullable Double normalizedEntropy,
        @Nullable Double calibration) {}
