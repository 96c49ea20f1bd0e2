package io.tamor.model.snapshot;

import java.util.List;

/**
 * What changed in a parameter from one snapshot to another.
 *
 * @param shape of both
 * @param maxDifference largest absolute difference; NaN where an element became or was no number
 * @param rowsChanged rows of a matrix, or elements of a vector, with any bit changed
 * @param rows rows or elements there are
 */
public record ParameterChange(
        String name, List<Long> shape, double maxDifference, long rowsChanged, long rows) {
    public ParameterChange {
        shape = List.copyOf(shape);
    }
}
