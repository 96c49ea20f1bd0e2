package io.tamor.model.layer;

import io.tamor.model.tensor.Gemm;
import io.tamor.model.tensor.Matrix;
import io.tamor.model.tensor.Parameter;
import io.tamor.model.tensor.ParameterFactory;
import io.tamor.model.tensor.Passes;
import io.tamor.model.tensor.Scratch;
import io.tamor.model.tensor.WeightedSum;
import java.util.Arrays;

/**
 * Gated mixture: softmax over the columns of x w + b, then the experts' outputs weighted by it.
 *
 * <pre>x [B, I]    w [I, E]    b [E]    probabilities [B, E]    each expert and the result [B, D]
 * </pre>
 *
 * The product runs in blocks of columns, so that columns added for a new group leave the bits of
 * the others as they were.
 */
public final class Gate {
    private final Parameter weight;
    private final Parameter bias;
    private final int[] blocks;
    private final Matrix[] weightBlocks;
    private final Matrix[] gradientBlocks;
    private final int experts;
    private final Scratch scratch;

    /**
     * A gate named {@code name}.
     *
     * @param blocks columns of each block; their sum is the number of experts
     */
    public Gate(ParameterFactory factory, String name, int in, int... blocks) {
        experts = Arrays.stream(blocks).sum();
        scratch = factory.scratch();
        this.blocks = blocks.clone();
        weight = factory.linearWeight(name + "/weight", in, experts);
        bias = factory.bias(name + "/bias", experts);
        weightBlocks = cut(weight.value());
        gradientBlocks = cut(weight.gradient());
    }

    private Matrix[] cut(Matrix whole) {
        Matrix[] parts = new Matrix[blocks.length];
        int at = 0;
        for (int i = 0; i < blocks.length; i++) {
            parts[i] = whole.columns(at, blocks[i]);
            at += blocks[i];
        }
        return parts;
    }

    /** The buffers of one gate: probabilities and the gradient of the logits. */
    public final class Buffers {
        private final Matrix probabilities;
        private final Matrix dLogits;
        private final Matrix[] probabilityBlocks;
        private final Matrix[] dLogitBlocks;

        private Buffers(int capacity) {
            probabilities = Matrix.zeros(capacity, experts);
            dLogits = Matrix.zeros(capacity, experts);
            probabilityBlocks = cut(probabilities);
            dLogitBlocks = cut(dLogits);
        }

        /** The weights of the experts [B, E]. */
        public Matrix probabilities() {
            return probabilities;
        }
    }

    /** Buffers that gates of the same blocks may share if they run on different rows. */
    public Buffers buffers(int capacity) {
        return new Buffers(capacity);
    }

    /** y = the mixture, for rows [from, from + rows). */
    public void forward(Matrix x, Buffers buffers, Matrix[] experts, Matrix y, int from, int rows) {
        for (int i = 0; i < blocks.length; i++) {
            if (blocks[i] > 0) {
                Gemm.forward(
                        x, from, weightBlocks[i], buffers.probabilityBlocks[i], from, rows, 0f);
            }
        }
        Passes.bias(buffers.probabilities, from, rows, bias.value());
        Mixture.softmax(buffers.probabilities, from, rows);
        WeightedSum.forward(buffers.probabilities, experts, y, from, rows, scratch);
    }

    /** Adds the gradients by the experts, by x and by the gate's own parameters. */
    public void backward(
            Matrix x,
            Buffers buffers,
            Matrix[] experts,
            Matrix[] dExperts,
            Matrix dy,
            Matrix dx,
            int from,
            int rows) {
        Matrix p = buffers.probabilities;
        WeightedSum.backward(p, buffers.dLogits, experts, dExperts, dy, from, rows, scratch);
        Mixture.softmaxBackward(p, buffers.dLogits, from, rows);
        Passes.biasBackward(buffers.dLogits, from, rows, bias.gradient(), scratch);
        for (int i = 0; i < blocks.length; i++) {
            if (blocks[i] > 0) {
                Matrix dLogits = buffers.dLogitBlocks[i];
                Gemm.weightGradient(x, from, dLogits, from, gradientBlocks[i], rows);
                Gemm.inputGradient(dLogits, from, weightBlocks[i], dx, from, rows, 1f);
            }
        }
    }
}
