package io.tamor.model.ple;

import io.tamor.model.config.PleSpec;
import io.tamor.model.layer.Activations;
import io.tamor.model.layer.Gate;
import io.tamor.model.layer.Mlp;
import io.tamor.model.tensor.Matrix;
import io.tamor.model.tensor.ParameterFactory;
import io.tamor.model.tensor.RowGroups;
import org.jspecify.annotations.Nullable;

/**
 * One extraction level. Group k's gate reads group k's input and mixes [its own experts, the shared
 * experts]; the shared gate, at every level but the last, reads the shared input and mixes [all
 * groups' own experts in group order, the shared experts].
 */
final class PleLevel {
    /**
     * Which parts run on a group's own rows only. Parts of different groups then share buffers.
     *
     * @param experts the own experts
     * @param gates the groups' gates and outputs
     */
    record Rows(boolean experts, boolean gates) {}

    private final Rows ownRows;
    private final int own;
    private final Mlp[][] ownExperts;
    private final Activations[][] ownActivations;
    private final Mlp[] sharedExperts;
    private final Activations[] sharedActivations;
    private final Gate[] gates;
    private final Gate.Buffers[] gateBuffers;
    private final Matrix[] outputs;
    private final Matrix[] dOutputs;
    private final Matrix[][] parts;
    private final Matrix[][] dParts;
    private final @Nullable SharedPath sharedPath;
    private final int width;

    PleLevel(
            ParameterFactory factory,
            String name,
            int inputs,
            PleSpec spec,
            int groups,
            boolean sharedOutput,
            Rows ownRows,
            int capacity) {
        this.ownRows = ownRows;
        own = spec.own();
        int shared = spec.shared();
        ownExperts = new Mlp[groups][own];
        ownActivations = new Activations[groups][own];
        gates = new Gate[groups];
        gateBuffers = new Gate.Buffers[groups];
        outputs = new Matrix[groups];
        dOutputs = new Matrix[groups];
        width = spec.expert().get(spec.expert().size() - 1);
        for (int k = 0; k < groups; k++) {
            String group = name + "/group" + k;
            for (int j = 0; j < own; j++) {
                ownExperts[k][j] = new Mlp(factory, group + "/expert" + j, inputs, spec.expert());
                ownActivations[k][j] =
                        ownRows.experts && k > 0
                                ? ownActivations[0][j]
                                : ownExperts[k][j].activations(capacity);
            }
            gates[k] = new Gate(factory, group + "/gate", inputs, own + shared);
            boolean reuse = ownRows.gates && k > 0;
            gateBuffers[k] = reuse ? gateBuffers[0] : gates[k].buffers(capacity);
            outputs[k] = reuse ? outputs[0] : Matrix.zeros(capacity, width);
            dOutputs[k] = reuse ? dOutputs[0] : Matrix.zeros(capacity, width);
        }
        sharedExperts = new Mlp[shared];
        sharedActivations = new Activations[shared];
        for (int j = 0; j < shared; j++) {
            sharedExperts[j] = new Mlp(factory, name + "/shared/expert" + j, inputs, spec.expert());
            sharedActivations[j] = sharedExperts[j].activations(capacity);
        }
        parts = new Matrix[groups][own + shared];
        dParts = new Matrix[groups][own + shared];
        for (int k = 0; k < groups; k++) {
            SharedPath.fill(parts[k], dParts[k], 0, ownActivations[k]);
            SharedPath.fill(parts[k], dParts[k], own, sharedActivations);
        }
        sharedPath =
                sharedOutput
                        ? new SharedPath(
                                factory, name, inputs, ownActivations, sharedActivations, capacity)
                        : null;
    }

    void forward(Matrix[] x, Matrix sharedX, RowGroups rows) {
        for (int j = 0; j < sharedExperts.length; j++) {
            sharedExperts[j].forward(sharedX, sharedActivations[j], 0, rows.size());
        }
        for (int k = 0; k < gates.length; k++) {
            int from = from(ownRows.experts, rows, k);
            int count = count(ownRows.experts, rows, k);
            for (int j = 0; j < own; j++) {
                ownExperts[k][j].forward(x[k], ownActivations[k][j], from, count);
            }
            gates[k].forward(
                    x[k],
                    gateBuffers[k],
                    parts[k],
                    outputs[k],
                    from(ownRows.gates, rows, k),
                    count(ownRows.gates, rows, k));
        }
        if (sharedPath != null) {
            sharedPath.forward(sharedX, rows.size());
        }
    }

    void backward(Matrix[] x, Matrix sharedX, Matrix[] dx, Matrix dSharedX, RowGroups rows) {
        clearExpertGradients(rows.size());
        if (sharedPath != null) {
            sharedPath.backward(sharedX, dSharedX, rows.size());
        }
        for (int k = 0; k < gates.length; k++) {
            gates[k].backward(
                    x[k],
                    gateBuffers[k],
                    parts[k],
                    dParts[k],
                    dOutputs[k],
                    dx[k],
                    from(ownRows.gates, rows, k),
                    count(ownRows.gates, rows, k));
            for (int j = 0; j < own; j++) {
                ownExperts[k][j].backward(
                        x[k],
                        ownActivations[k][j],
                        dx[k],
                        from(ownRows.experts, rows, k),
                        count(ownRows.experts, rows, k));
            }
        }
        for (int j = 0; j < sharedExperts.length; j++) {
            sharedExperts[j].backward(sharedX, sharedActivations[j], dSharedX, 0, rows.size());
        }
    }

    private void clearExpertGradients(int rows) {
        for (int k = 0; k < (ownRows.experts ? 1 : gates.length); k++) {
            for (Activations expert : ownActivations[k]) {
                expert.lastGradient().clear(rows);
            }
        }
        for (Activations expert : sharedActivations) {
            expert.lastGradient().clear(rows);
        }
    }

    /** Before the level above adds to them. */
    void clearOutputGradients(int rows) {
        for (int k = 0; k < (ownRows.gates ? 1 : gates.length); k++) {
            dOutputs[k].clear(rows);
        }
        if (sharedPath != null) {
            sharedPath.outputGradient().clear(rows);
        }
    }

    private static int from(boolean ownOnly, RowGroups rows, int group) {
        return ownOnly ? rows.from(group) : 0;
    }

    private static int count(boolean ownOnly, RowGroups rows, int group) {
        return ownOnly ? rows.count(group) : rows.size();
    }

    Matrix output(int group) {
        return outputs[group];
    }

    Matrix outputGradient(int group) {
        return dOutputs[group];
    }

    Matrix sharedOutput() {
        return shared().output();
    }

    Matrix sharedOutputGradient() {
        return shared().outputGradient();
    }

    private SharedPath shared() {
        if (sharedPath == null) {
            throw new IllegalStateException("the last level has no shared output");
        }
        return sharedPath;
    }

    int width() {
        return width;
    }
}
