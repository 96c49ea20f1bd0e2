package io.tamor.model.optimizer;

import io.tamor.model.config.OptimizerSpec;
import io.tamor.model.embedding.SparseGradient;
import io.tamor.model.tensor.Matrix;

/**
 * Updates single rows of a table. A row's state is a row of a state matrix of {@link #stateWidth}
 * times the table's width.
 */
public interface RowOptimizer {
    /** Floats of state per element. */
    int stateWidth();

    /** Fills a row's state to go with its present values, as if never updated. */
    void initialise(Matrix values, Matrix state, int row);

    /** Fits a row's state to values that came from elsewhere, keeping what was accumulated. */
    void adopt(Matrix values, Matrix state, int row);

    /**
     * One update of every touched row.
     *
     * @param gradient lane 0 counts; left as it is
     * @param rateFactor multiplies the learning rate
     */
    void step(Matrix values, Matrix state, SparseGradient gradient, double rateFactor);

    /** The rule a description asks for; the one place that names them. */
    static RowOptimizer of(OptimizerSpec spec) {
        return spec.ftrl() == null ? new Adagrad(spec.adagrad()) : new Ftrl(spec.ftrl());
    }
}
