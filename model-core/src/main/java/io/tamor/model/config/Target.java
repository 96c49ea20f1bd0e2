package io.tamor.model.config;

/** The kind of value a task predicts. */
public enum Target {
    /** A label of 0 or 1, predicted as a probability. */
    BINARY,
    /** A continuous amount in yuan, at least 0. */
    AMOUNT
}
