package io.tamor.model.layer;

import io.tamor.model.tensor.Matrix;
import io.tamor.model.tensor.ParameterFactory;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Dense layers, each with ReLU. Holds no buffers: several stacks that run on different rows share
 * one {@link Activations}.
 */
public final class Mlp {
    private final List<Dense> layers = new ArrayList<>();
    private final List<Integer> sizes;
    private final int inputs;

    /** Layers named {@code <name>/layer<i>}; at least one. */
    public Mlp(ParameterFactory factory, String name, int inputs, List<Integer> sizes) {
        this.sizes = List.copyOf(sizes);
        this.inputs = inputs;
        int in = inputs;
        for (int i = 0; i < sizes.size(); i++) {
            layers.add(Dense.relu(factory, name + "/layer" + i, in, sizes.get(i)));
            in = sizes.get(i);
        }
    }

    /** Buffers for this stack's outputs and their gradients. */
    public Activations activations(int capacity) {
        return new Activations(capacity, sizes);
    }

    /** Fills {@code a} from x, for rows [from, from + rows). */
    public void forward(Matrix x, Activations a, int from, int rows) {
        Matrix in = x;
        for (int i = 0; i < layers.size(); i++) {
            layers.get(i).forward(in, a.output(i), from, rows);
            in = a.output(i);
        }
    }

    /**
     * Back from the gradient in {@code a.lastGradient()}; overwrites the buffers' gradients.
     *
     * @param dx added to; null where no gradient of the input is wanted
     */
    public void backward(Matrix x, Activations a, @Nullable Matrix dx, int from, int rows) {
        for (int i = layers.size() - 1; i >= 0; i--) {
            Matrix in = i == 0 ? x : a.output(i - 1);
            Matrix dIn = i == 0 ? dx : a.gradient(i - 1);
            float beta = i == 0 ? 1f : 0f;
            layers.get(i).backward(in, a.output(i), a.gradient(i), dIn, beta, from, rows);
        }
    }

    public int inputs() {
        return inputs;
    }

    /** Width of the last layer, or of the input if there is no layer. */
    public int outputs() {
        return sizes.isEmpty() ? inputs : sizes.get(sizes.size() - 1);
    }
}
