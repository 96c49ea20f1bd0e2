package io.tamor.model.optimizer;

import io.tamor.model.config.OptimizerSpec;
import io.tamor.model.embedding.EmbeddingTable;

/**
 * Updates the touched rows of an embedding table. A row's state follows its values: {@link
 * #stateWidth} times the table's width.
 */
public interface RowOptimizer {
    /** Floats of state per element. */
    int stateWidth();

    /**
     * Fills the state of the row at an index to go with its present values, as if never updated.
     */
    void initialise(float[] rows, int at, int dim);

    /** Fits a row's state to values that came from elsewhere, keeping what was accumulated. */
    void adopt(float[] rows, int at, int dim);

    /**
     * One update of every touched row, by the gradient's lane 0, which is left as it is.
     *
     * @param rateFactor multiplies the learning rate
     */
    void step(EmbeddingTable table, double rateFactor);

    /** The rule a description asks for; the one place that names them. */
    static RowOptimizer of(OptimizerSpec spec) {
        return spec.ftrl() == null ? new Adagrad(spec.adagrad()) : new Ftrl(spec.ftrl());
    }
}
