package io.tamor.model.network;

import io.tamor.model.embedding.Inputs;
import io.tamor.model.layer.Activations;
import io.tamor.model.layer.Mlp;
import io.tamor.model.tensor.Matrix;
import io.tamor.model.tensor.ParameterFactory;
import java.util.List;
import java.util.Map;

/** One stack over [x_u; x_i] under all towers (shared-bottom; Caruana, 1997). */
final class BottomTrunk implements Trunk {
    private final BothSides sides;
    private final Mlp bottom;
    private final Activations activations;

    /** Layers named {@code trunk/layer<i>}. */
    BottomTrunk(ParameterFactory factory, Inputs inputs, List<Integer> sizes, int capacity) {
        sides = new BothSides(inputs, capacity);
        bottom = new Mlp(factory, "trunk", sides.x().columns(), sizes);
        activations = bottom.activations(capacity);
    }

    @Override
    public void forward(MiniBatch batch) {
        sides.forward(batch);
        bottom.forward(sides.x(), activations, 0, batch.size());
    }

    @Override
    public Matrix input(int task) {
        return activations.last();
    }

    @Override
    public Matrix inputGradient(int task) {
        return activations.lastGradient();
    }

    @Override
    public void clearGradients(int rows) {
        activations.lastGradient().clear(rows);
    }

    @Override
    public void mergeGradients(int rows) {}

    @Override
    public List<Matrix> sharedGradients() {
        return List.of(activations.lastGradient());
    }

    @Override
    public void backward(MiniBatch batch, int lane) {
        sides.dx().clear(batch.size());
        bottom.backward(sides.x(), activations, sides.dx(), 0, batch.size());
        sides.backward(batch, lane);
    }

    @Override
    public void learnStatistics(MiniBatch batch) {
        sides.learnStatistics(batch);
    }

    @Override
    public Map<String, Matrix> intermediates() {
        return Map.of();
    }
}
