package io.tamor.model.network;

import io.tamor.model.layer.Activations;
import io.tamor.model.layer.Dense;
import io.tamor.model.layer.Mlp;
import io.tamor.model.tensor.Matrix;
import io.tamor.model.tensor.ParameterFactory;
import java.util.List;

/**
 * A task's tower: layers with ReLU, then a linear head. Without layers the head reads the input.
 *
 * <pre>input [B, I]    outputs [B, O], O as the task's loss needs</pre>
 */
final class Tower {
    private final Mlp layers;
    private final boolean headOnly;
    private final Activations activations;
    private final Dense head;
    private final Matrix outputs;
    private final Matrix dOutputs;

    /** Layers named {@code <name>/layer<i>}, the head {@code <name>/head}. */
    Tower(
            ParameterFactory factory,
            String name,
            int inputs,
            List<Integer> sizes,
            int outputCount,
            int capacity) {
        layers = new Mlp(factory, name, inputs, sizes);
        headOnly = sizes.isEmpty();
        activations = layers.activations(capacity);
        head = Dense.linear(factory, name + "/head", layers.outputs(), outputCount);
        outputs = Matrix.zeros(capacity, outputCount);
        dOutputs = Matrix.zeros(capacity, outputCount);
    }

    void forward(Matrix input, int rows) {
        layers.forward(input, activations, 0, rows);
        head.forward(headOnly ? input : activations.last(), outputs, 0, rows);
    }

    /** Back from {@link #outputGradient}; adds to the input's gradient. */
    void backward(Matrix input, Matrix dInput, int rows) {
        if (headOnly) {
            head.backward(input, outputs, dOutputs, dInput, 1f, 0, rows);
        } else {
            Matrix dLast = activations.lastGradient();
            head.backward(activations.last(), outputs, dOutputs, dLast, 0f, 0, rows);
            layers.backward(input, activations, dInput, 0, rows);
        }
    }

    /** The first hidden layer, which label transfer passes on. */
    Matrix representation() {
        return activations.output(0);
    }

    Matrix outputs() {
        return outputs;
    }

    Matrix outputGradient() {
        return dOutputs;
    }
}
