package io.tamor.model.ple;

import io.tamor.model.layer.Activations;
import io.tamor.model.layer.Gate;
import io.tamor.model.tensor.Matrix;
import io.tamor.model.tensor.ParameterFactory;
import java.util.Arrays;

/**
 * The shared output of a level that is not the last: the shared gate reads the shared input and
 * mixes [all groups' own experts in group order, the shared experts], on all rows.
 */
final class SharedPath {
    private final Gate gate;
    private final Gate.Buffers buffers;
    private final Matrix[] parts;
    private final Matrix[] dParts;
    private final Matrix output;
    private final Matrix dOutput;

    /** A gate named {@code <name>/shared/gate} over the experts' activations. */
    SharedPath(
            ParameterFactory factory,
            String name,
            int inputs,
            Activations[][] own,
            Activations[] shared,
            int capacity) {
        int[] blocks = new int[own.length + 1];
        Arrays.fill(blocks, own[0].length);
        blocks[own.length] = shared.length;
        gate = new Gate(factory, name + "/shared/gate", inputs, blocks);
        buffers = gate.buffers(capacity);
        parts = new Matrix[Arrays.stream(blocks).sum()];
        dParts = new Matrix[parts.length];
        for (int k = 0; k < own.length; k++) {
            fill(parts, dParts, k * own[k].length, own[k]);
        }
        fill(parts, dParts, parts.length - shared.length, shared);
        output = Matrix.zeros(capacity, parts[0].columns());
        dOutput = Matrix.zeros(capacity, parts[0].columns());
    }

    /** Puts experts' outputs and the gradients of them from a place on. */
    static void fill(Matrix[] parts, Matrix[] dParts, int at, Activations[] experts) {
        for (int j = 0; j < experts.length; j++) {
            parts[at + j] = experts[j].last();
            dParts[at + j] = experts[j].lastGradient();
        }
    }

    void forward(Matrix x, int rows) {
        gate.forward(x, buffers, parts, output, 0, rows);
    }

    void backward(Matrix x, Matrix dx, int rows) {
        gate.backward(x, buffers, parts, dParts, dOutput, dx, 0, rows);
    }

    Matrix output() {
        return output;
    }

    Matrix outputGradient() {
        return dOutput;
    }
}
