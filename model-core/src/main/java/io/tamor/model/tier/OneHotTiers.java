package io.tamor.model.tier;

import io.tamor.model.ple.Extraction;
import io.tamor.model.tensor.Matrix;
import io.tamor.model.tensor.RowGroups;

/** One-hot encoding, over an extraction made for own rows only: nothing is left to select. */
record OneHotTiers(Extraction extraction) implements TierAware {
    @Override
    public void forward(Matrix x, RowGroups rows) {
        extraction.forward(x, rows);
    }

    @Override
    public Matrix representation() {
        return extraction.output(0);
    }

    @Override
    public Matrix representationGradient() {
        return extraction.outputGradient(0);
    }

    @Override
    public void backward(Matrix x, Matrix dx, RowGroups rows) {
        extraction.backward(x, dx, rows);
    }
}
