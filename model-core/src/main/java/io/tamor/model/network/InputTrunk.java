package io.tamor.model.network;

import io.tamor.model.embedding.Inputs;
import io.tamor.model.tensor.Matrix;
import java.util.List;
import java.util.Map;

/** Nothing between the inputs and the towers: every tower reads [x_u; x_i] (HTLNet). */
final class InputTrunk implements Trunk {
    private final BothSides sides;

    InputTrunk(Inputs inputs, int capacity) {
        sides = new BothSides(inputs, capacity);
    }

    @Override
    public void forward(MiniBatch batch) {
        sides.forward(batch);
    }

    @Override
    public Matrix input(int task) {
        return sides.x();
    }

    @Override
    public Matrix inputGradient(int task) {
        return sides.dx();
    }

    @Override
    public void clearGradients(int rows) {
        sides.dx().clear(rows);
    }

    @Override
    public void mergeGradients(int rows) {}

    @Override
    public List<Matrix> sharedGradients() {
        return List.of(sides.dx());
    }

    @Override
    public void backward(MiniBatch batch, int lane) {
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
