package io.tamor.model.network;

import io.tamor.model.config.LabelTransferSpec;
import io.tamor.model.layer.FusionUnit;
import io.tamor.model.layer.LabelEmbedding;
import io.tamor.model.tensor.Matrix;
import io.tamor.model.tensor.ParameterFactory;
import io.tamor.model.tensor.Passes;
import java.util.ArrayList;
import java.util.List;

/**
 * What a task of the chain takes over from its predecessors (HTLNet): its tower reads [input; fused
 * representations; fused label embeddings]. Gradients of the representations stop here.
 */
final class LabelTransfer {
    private final FusionUnit representations;
    private final FusionUnit labels;
    private final List<LabelEmbedding> predecessors;
    private final Matrix whole;
    private final Matrix dWhole;
    private final Matrix inputPart;
    private final Matrix dInputPart;
    private final Matrix representationPart;
    private final Matrix dRepresentationPart;
    private final Matrix labelPart;
    private final Matrix dLabelPart;
    private final List<Matrix> dEmbeddings = new ArrayList<>();

    /** Units named {@code <name>/fusion/...}. */
    LabelTransfer(
            ParameterFactory factory,
            String name,
            LabelTransferSpec spec,
            int inputs,
            List<Tower> towers,
            List<LabelEmbedding> embeddings,
            int capacity) {
        predecessors = List.copyOf(embeddings);
        int fused = spec.fusionDim();
        representations =
                new FusionUnit(
                        factory,
                        name + "/fusion/representation",
                        towers.stream().map(Tower::representation).toList(),
                        fused,
                        capacity);
        labels =
                new FusionUnit(
                        factory,
                        name + "/fusion/label",
                        embeddings.stream().map(LabelEmbedding::embedding).toList(),
                        fused,
                        capacity);
        embeddings.forEach(e -> dEmbeddings.add(Matrix.zeros(capacity, spec.labelDim())));
        whole = Matrix.zeros(capacity, inputs + 2 * fused);
        dWhole = Matrix.zeros(capacity, inputs + 2 * fused);
        inputPart = whole.columns(0, inputs);
        dInputPart = dWhole.columns(0, inputs);
        representationPart = whole.columns(inputs, fused);
        dRepresentationPart = dWhole.columns(inputs, fused);
        labelPart = whole.columns(inputs + fused, fused);
        dLabelPart = dWhole.columns(inputs + fused, fused);
    }

    /** The tower's whole input. */
    Matrix forward(Matrix input, int rows) {
        representations.forward(rows);
        labels.forward(rows);
        Passes.copy(input, inputPart, rows);
        Passes.copy(representations.result(), representationPart, rows);
        Passes.copy(labels.result(), labelPart, rows);
        return whole;
    }

    Matrix input() {
        return whole;
    }

    /** The gradient of the whole input, cleared for the tower to add to. */
    Matrix clearedGradient(int rows) {
        dWhole.clear(rows);
        return dWhole;
    }

    /** From the whole input's gradient to the units' parameters; adds to dInput. */
    void backward(Matrix dInput, int rows) {
        Passes.add(dInputPart, dInput, rows);
        Passes.copy(dRepresentationPart, representations.resultGradient(), rows);
        representations.backward(List.of(), rows);
        Passes.copy(dLabelPart, labels.resultGradient(), rows);
        labels.backward(dEmbeddings, rows);
        for (int u = 0; u < predecessors.size(); u++) {
            predecessors.get(u).backward(dEmbeddings.get(u), rows);
        }
    }
}
