package io.tamor.model.layer;

import io.tamor.model.tensor.Matrix;
import java.util.List;

/** The outputs of a stack of layers and the gradients of them, for one mini-batch. */
public final class Activations {
    private final Matrix[] outputs;
    private final Matrix[] gradients;

    Activations(int capacity, List<Integer> sizes) {
        outputs = new Matrix[sizes.size()];
        gradients = new Matrix[sizes.size()];
        for (int i = 0; i < outputs.length; i++) {
            outputs[i] = Matrix.zeros(capacity, sizes.get(i));
            gradients[i] = Matrix.zeros(capacity, sizes.get(i));
        }
    }

    public Matrix output(int layer) {
        return outputs[layer];
    }

    public Matrix gradient(int layer) {
        return gradients[layer];
    }

    /** The stack's output. */
    public Matrix last() {
        return outputs[outputs.length - 1];
    }

    /** The gradient of the stack's output. */
    public Matrix lastGradient() {
        return gradients[gradients.length - 1];
    }
}
