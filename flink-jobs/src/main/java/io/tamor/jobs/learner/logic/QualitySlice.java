package io.tamor.jobs.learner.logic;

import io.tamor.model.metric.MetricRow;

/** Test-then-train figures of one task in one slice, over the maturities {@code [fromMs, toMs)}. */
public record QualitySlice(MetricRow row, boolean cumulative, long fromMs, long toMs) {}
