package io.tamor.model.ple;

import io.tamor.model.tensor.Matrix;
import io.tamor.model.tensor.RowGroups;

/**
 * From one input to a vector per group.
 *
 * <pre>x [B, I] in the groups' order    output of a group [B, D]</pre>
 *
 * Made for own rows only, each row gets its own group's vector alone, in one output that all groups
 * share; that is exact and runs only the row's own experts in the last level.
 */
public interface Extraction {
    /** Fills the outputs from x, whose rows are in the order of {@code rows}. */
    void forward(Matrix x, RowGroups rows);

    /** A group's output; for own rows only, the one that all groups share. */
    Matrix output(int group);

    /** The gradient of a group's output: cleared and filled by the caller before backward. */
    Matrix outputGradient(int group);

    /** Adds to the parameters' gradients and to dx. */
    void backward(Matrix x, Matrix dx, RowGroups rows);

    /** Width of an output. */
    int width();
}
