package io.tamor.model.network;

import io.tamor.model.embedding.Inputs;
import io.tamor.model.tensor.Matrix;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Nothing shared: each task reads [x_u; x_i] from tables of its own (single-task). */
final class SeparateTrunk implements Trunk {
    private final List<BothSides> sides = new ArrayList<>();

    /**
     * @param inputs one per task
     */
    SeparateTrunk(List<Inputs> inputs, int capacity) {
        inputs.forEach(own -> sides.add(new BothSides(own, capacity)));
    }

    @Override
    public void forward(MiniBatch batch) {
        sides.forEach(side -> side.forward(batch));
    }

    @Override
    public Matrix input(int task) {
        return sides.get(task).x();
    }

    @Override
    public Matrix inputGradient(int task) {
        return sides.get(task).dx();
    }

    @Override
    public void clearGradients(int rows) {
        sides.forEach(side -> side.dx().clear(rows));
    }

    @Override
    public void mergeGradients(int rows) {}

    @Override
    public List<Matrix> sharedGradients() {
        return sides.stream().map(BothSides::dx).toList();
    }

    @Override
    public void backward(MiniBatch batch, int lane) {
        sides.forEach(side -> side.backward(batch, lane));
    }

    @Override
    public void learnStatistics(MiniBatch batch) {
        sides.get(0).learnStatistics(batch); // the statistics are shared
    }

    @Override
    public Map<String, Matrix> intermediates() {
        return Map.of();
    }
}
