package io.tamor.model.network;

import io.tamor.model.tensor.Matrix;
import java.util.List;
import java.util.Map;

/**
 * The part of a network below the tasks' towers: from a mini-batch to each tower's input.
 *
 * <pre>input of a task [B, I], in batch order; several tasks may share one</pre>
 */
interface Trunk {
    /** Fills the towers' inputs. */
    void forward(MiniBatch batch);

    /** What a task's tower reads. */
    Matrix input(int task);

    /** Where a task's tower adds the gradient of its input. */
    Matrix inputGradient(int task);

    /** Before towers add to the inputs' gradients. */
    void clearGradients(int rows);

    /**
     * Brings the towers' gradients together in {@link #sharedGradients}, whose sum over tasks is
     * what {@link #backward} goes on with.
     */
    void mergeGradients(int rows);

    /** The gradients of the shared representation; each with its rows in batch order. */
    List<Matrix> sharedGradients();

    /** From the merged gradients to the parameters' and, in a lane, the tables' gradients. */
    void backward(MiniBatch batch, int lane);

    /** Takes an applied batch into the running statistics. */
    void learnStatistics(MiniBatch batch);

    /** Intermediate results by name. */
    Map<String, Matrix> intermediates();
}
