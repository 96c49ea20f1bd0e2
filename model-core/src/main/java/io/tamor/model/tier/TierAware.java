package io.tamor.model.tier;

import io.tamor.model.ple.Extraction;
import io.tamor.model.tensor.Matrix;
import io.tamor.model.tensor.RowGroups;

/**
 * Tier-aware representation of one side (TAMOR, module A): an extraction gives a vector per tier or
 * scenario, an encoding of the sample's own group makes one of them.
 *
 * <pre>x [B, I] in the groups' order    representation [B, D] in the groups' order</pre>
 */
public interface TierAware {
    /** Fills the representation from x. */
    void forward(Matrix x, RowGroups rows);

    /** The representation, rows in the groups' order. */
    Matrix representation();

    /** Its gradient: filled by the caller before backward. */
    Matrix representationGradient();

    /** Adds to the parameters' gradients and to dx. */
    void backward(Matrix x, Matrix dx, RowGroups rows);

    /** One-hot encoding: the extraction runs each row's own group alone and its output is it. */
    static TierAware oneHot(Extraction ownRowsOnly) {
        return new OneHotTiers(ownRowsOnly);
    }
}
