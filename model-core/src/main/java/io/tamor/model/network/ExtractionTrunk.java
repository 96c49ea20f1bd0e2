package io.tamor.model.network;

import io.tamor.model.embedding.Inputs;
import io.tamor.model.ple.Extraction;
import io.tamor.model.tensor.Matrix;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;

/** An extraction with a group per task over [x_u; x_i] (the baselines MMoE and PLE). */
final class ExtractionTrunk implements Trunk {
    private final BothSides sides;
    private final Extraction extraction;
    private final List<Matrix> gradients = new ArrayList<>();

    /**
     * @param extraction makes the extraction for an input width
     */
    ExtractionTrunk(Inputs inputs, IntFunction<Extraction> extraction, int tasks, int capacity) {
        sides = new BothSides(inputs, capacity);
        this.extraction = extraction.apply(sides.x().columns());
        for (int t = 0; t < tasks; t++) {
            gradients.add(this.extraction.outputGradient(t));
        }
    }

    @Override
    public void forward(MiniBatch batch) {
        sides.forward(batch);
        extraction.forward(sides.x(), sides.order());
    }

    @Override
    public Matrix input(int task) {
        return extraction.output(task);
    }

    @Override
    public Matrix inputGradient(int task) {
        return gradients.get(task);
    }

    @Override
    public void clearGradients(int rows) {
        gradients.forEach(gradient -> gradient.clear(rows));
    }

    @Override
    public void mergeGradients(int rows) {}

    @Override
    public List<Matrix> sharedGradients() {
        return gradients;
    }

    @Override
    public void backward(MiniBatch batch, int lane) {
        sides.dx().clear(batch.size());
        extraction.backward(sides.x(), sides.dx(), sides.order());
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
