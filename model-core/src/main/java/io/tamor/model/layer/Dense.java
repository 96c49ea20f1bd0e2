package io.tamor.model.layer;

import io.tamor.model.tensor.Gemm;
import io.tamor.model.tensor.Matrix;
import io.tamor.model.tensor.Parameter;
import io.tamor.model.tensor.ParameterFactory;
import io.tamor.model.tensor.Passes;
import io.tamor.model.tensor.Scratch;
import org.jspecify.annotations.Nullable;

/**
 * Affine map, with or without ReLU: y = x w + b, on a range of rows.
 *
 * <pre>x [B, I] input    w [I, O] weight    b [O] bias    y [B, O] output</pre>
 *
 * Reads x and y again in {@link #backward}: the caller keeps them until then. Gradients of w and b
 * are added to what is there; sums go over the rows, the loss has already divided by B.
 */
public final class Dense {
    private final Parameter weight;
    private final Parameter bias;
    private final boolean relu;
    private final Scratch scratch;

    private Dense(Parameter weight, Parameter bias, boolean relu, Scratch scratch) {
        this.weight = weight;
        this.bias = bias;
        this.relu = relu;
        this.scratch = scratch;
    }

    /** A layer with ReLU. */
    public static Dense relu(ParameterFactory factory, String name, int in, int out) {
        Parameter weight = factory.weight(name + "/weight", in, out);
        return new Dense(weight, factory.bias(name + "/bias", out), true, factory.scratch());
    }

    /** A layer without ReLU. */
    public static Dense linear(ParameterFactory factory, String name, int in, int out) {
        Parameter weight = factory.linearWeight(name + "/weight", in, out);
        return new Dense(weight, factory.bias(name + "/bias", out), false, factory.scratch());
    }

    /** y = x w + b for rows [from, from + rows). */
    public void forward(Matrix x, Matrix y, int from, int rows) {
        Gemm.forward(x, from, weight.value(), y, from, rows, 0f);
        if (relu) {
            Passes.biasRelu(y, from, rows, bias.value(), scratch);
        } else {
            Passes.bias(y, from, rows, bias.value());
        }
    }

    /**
     * dw += xT dy, db += sum of dy, dx = dy wT + beta dx, where dy is first masked by the ReLU, in
     * place.
     *
     * @param dx null where no gradient of the input is wanted
     */
    public void backward(
            Matrix x, Matrix y, Matrix dy, @Nullable Matrix dx, float beta, int from, int rows) {
        if (relu) {
            Passes.reluBackward(dy, y, from, rows, bias.gradient(), scratch);
        } else {
            Passes.biasBackward(dy, from, rows, bias.gradient(), scratch);
        }
        Gemm.weightGradient(x, from, dy, from, weight.gradient(), rows);
        if (dx != null) {
            Gemm.inputGradient(dy, from, weight.value(), dx, from, rows, beta);
        }
    }

    public int outputs() {
        return weight.value().columns();
    }
}
