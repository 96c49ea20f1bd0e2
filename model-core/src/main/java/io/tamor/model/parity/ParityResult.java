package io.tamor.model.parity;

/**
 * How far this library is from a fixture. An error is |found - expected| / (|expected| + 0.1), the
 * largest over all elements: a bound of 1e-4 + 1e-3 |expected| on the difference is a bound of 1e-3
 * on it.
 *
 * @param logits must be at most {@value #LOGIT_BOUND}
 * @param losses must be at most {@value #BOUND}, like all the others
 * @param gradients of every parameter
 * @param parameters after the optimiser steps
 * @param intermediates representations, where the fixture has them
 * @param within whether all are within their bounds
 */
public record ParityResult(
        String fixture,
        double logits,
        double losses,
        double gradients,
        double parameters,
        double intermediates,
        boolean within) {
    /** Bound of the logits' error. */
    public static final double LOGIT_BOUND = 1e-4;

    /** Bound of every other error. */
    public static final double BOUND = 1e-3;
}
