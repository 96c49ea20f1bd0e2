package io.tamor.model.ple;

import io.tamor.model.config.MmoeSpec;
import io.tamor.model.layer.Activations;
import io.tamor.model.layer.Gate;
import io.tamor.model.layer.Mlp;
import io.tamor.model.tensor.Matrix;
import io.tamor.model.tensor.ParameterFactory;
import io.tamor.model.tensor.RowGroups;

/** Multi-gate mixture of experts (Ma et al., KDD 2018): shared experts, a gate per group. */
public final class Mmoe implements Extraction {
    private final Mlp[] experts;
    private final Activations[] activations;
    private final Matrix[] parts;
    private final Matrix[] dParts;
    private final Gate[] gates;
    private final Gate.Buffers[] gateBuffers;
    private final Matrix[] outputs;
    private final Matrix[] dOutputs;
    private final boolean ownRowsOnly;

    /** Experts named {@code <name>/expert<j>}, gates {@code <name>/gate<k>}. */
    public Mmoe(
            ParameterFactory factory,
            String name,
            int inputs,
            MmoeSpec spec,
            int groups,
            boolean ownRowsOnly,
            int capacity) {
        this.ownRowsOnly = ownRowsOnly;
        experts = new Mlp[spec.experts()];
        activations = new Activations[experts.length];
        parts = new Matrix[experts.length];
        dParts = new Matrix[experts.length];
        for (int j = 0; j < experts.length; j++) {
            experts[j] = new Mlp(factory, name + "/expert" + j, inputs, spec.expert());
            activations[j] = experts[j].activations(capacity);
            parts[j] = activations[j].last();
            dParts[j] = activations[j].lastGradient();
        }
        gates = new Gate[groups];
        gateBuffers = new Gate.Buffers[groups];
        outputs = new Matrix[groups];
        dOutputs = new Matrix[groups];
        for (int k = 0; k < groups; k++) {
            gates[k] = new Gate(factory, name + "/gate" + k, inputs, experts.length);
            boolean reuse = ownRowsOnly && k > 0;
            gateBuffers[k] = reuse ? gateBuffers[0] : gates[k].buffers(capacity);
            outputs[k] = reuse ? outputs[0] : Matrix.zeros(capacity, experts[0].outputs());
            dOutputs[k] = reuse ? dOutputs[0] : Matrix.zeros(capacity, experts[0].outputs());
        }
    }

    @Override
    public void forward(Matrix x, RowGroups rows) {
        for (int j = 0; j < experts.length; j++) {
            experts[j].forward(x, activations[j], 0, rows.size());
        }
        for (int k = 0; k < gates.length; k++) {
            gates[k].forward(x, gateBuffers[k], parts, outputs[k], from(rows, k), count(rows, k));
        }
    }

    @Override
    public void backward(Matrix x, Matrix dx, RowGroups rows) {
        for (Matrix dPart : dParts) {
            dPart.clear(rows.size());
        }
        for (int k = 0; k < gates.length; k++) {
            gates[k].backward(
                    x,
                    gateBuffers[k],
                    parts,
                    dParts,
                    dOutputs[k],
                    dx,
                    from(rows, k),
                    count(rows, k));
        }
        for (int j = 0; j < experts.length; j++) {
            experts[j].backward(x, activations[j], dx, 0, rows.size());
        }
    }

    private int from(RowGroups rows, int group) {
        return ownRowsOnly ? rows.from(group) : 0;
    }

    private int count(RowGroups rows, int group) {
        return ownRowsOnly ? rows.count(group) : rows.size();
    }

    @Override
    public Matrix output(int group) {
        return outputs[group];
    }

    @Override
    public Matrix outputGradient(int group) {
        return dOutputs[group];
    }

    @Override
    public int width() {
        return experts[0].outputs();
    }
}
