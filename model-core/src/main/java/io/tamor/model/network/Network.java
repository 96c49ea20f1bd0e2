package io.tamor.model.network;

import io.tamor.model.config.ModelSpec;
import io.tamor.model.embedding.Inputs;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A network with its parameters and the buffers of one mini-batch. {@link #forward} scores, {@link
 * #backward} then computes the gradients of the same batch; nothing here updates a parameter. Not
 * thread-safe.
 */
public interface Network {
    /** The description it was made from. */
    ModelSpec spec();

    /** Its parameters; gradients are those of the last {@link #backward}. */
    Parameters parameters();

    /** The most rows a mini-batch may have. */
    int capacity();

    /** The tables of all fields, and the statistics of dense features where they are normalised. */
    Inputs inputs();

    /** Takes an applied batch's dense features into the running statistics. */
    void learnStatistics(MiniBatch batch);

    /** The training step whose schedules (the temperature) the next passes use, from 0. */
    void atStep(long step);

    /** Scores a mini-batch. */
    void forward(MiniBatch batch);

    /**
     * Whether training scores differ from {@link #forward}'s because noise is asked for; {@link
     * #forwardNoisy} must then come before {@link #computeLosses}.
     */
    boolean noisy();

    /** Scores a mini-batch with the training noise, the same for the same seed and step. */
    void forwardNoisy(MiniBatch batch);

    /**
     * The last forward pass's outputs [capacity, T]: logits of binary tasks, log1p(yuan) of
     * amounts. Rows from the batch's size on are left over from earlier batches.
     */
    INDArray logits();

    /** One output of the last forward pass, as in {@link #logits}. */
    float logit(int row, int task);

    /** Probability of a binary task, or yuan of an amount, of the last forward pass. */
    float prediction(int row, int task);

    /** Computes the losses of the last forward pass and their gradients by its outputs. */
    void computeLosses(MiniBatch batch);

    /** A task's loss, times its weight, as {@link #computeLosses} left it. */
    double loss(int task);

    /** Gradients of the losses' sum by every parameter; after forward and computeLosses. */
    void backward(MiniBatch batch);

    /** A named intermediate result [capacity, d], such as {@code user_representation}. */
    INDArray intermediate(String name);

    /** The names that {@link #intermediate} knows. */
    List<String> intermediates();
}
