package io.tamor.model.tensor;

/**
 * A dense parameter: its value and the gradient of the last backward pass, of one shape.
 *
 * @param name its key in snapshots
 */
public record Parameter(String name, Matrix value, Matrix gradient) {}
