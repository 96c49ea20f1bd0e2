package io.tamor.model.network;

import io.tamor.model.config.GradientAdjustmentSpec;
import io.tamor.model.config.LabelTransferSpec;
import io.tamor.model.config.ModelSpec;
import io.tamor.model.config.Target;
import io.tamor.model.embedding.EmbeddingTable;
import io.tamor.model.embedding.Inputs;
import io.tamor.model.loss.Loss;
import io.tamor.model.tensor.Matrix;
import io.tamor.model.tensor.Parameter;
import io.tamor.model.tensor.Passes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Any trunk with a tower per task: the passes that all networks have in common. */
final class TaskNetwork implements Network {
    private final ModelSpec spec;
    private final int capacity;
    private final Inputs inputs;
    private final Parameters parameters;
    private final Trunk trunk;
    private final TaskHeads heads;
    private final Matrix logits;
    private final double[] losses;
    private final @Nullable GradientAdjustment adjustment;
    private final List<List<Matrix>> sharedByTask = new ArrayList<>();
    private long step;

    TaskNetwork(
            ModelSpec spec,
            int capacity,
            Inputs inputs,
            Parameters parameters,
            Trunk trunk,
            TaskHeads heads) {
        this.spec = spec;
        this.capacity = capacity;
        this.inputs = inputs;
        this.parameters = parameters;
        this.trunk = trunk;
        this.heads = heads;
        int tasks = spec.tasks().size();
        logits = Matrix.zeros(capacity, tasks);
        losses = new double[tasks];
        GradientAdjustmentSpec adjust = spec.network().gradientAdjustment();
        adjustment = adjust == null ? null : new GradientAdjustment(adjust, amount(spec), tasks);
        if (adjust != null && adjust.mode() == GradientAdjustmentSpec.Mode.REPRESENTATION) {
            for (int t = 0; t < tasks; t++) {
                sharedByTask.add(
                        trunk.sharedGradients().stream()
                                .map(m -> Matrix.zeros(capacity, m.columns()))
                                .toList());
            }
        }
    }

    private static int amount(ModelSpec spec) {
        int t = 0;
        while (spec.tasks().get(t).target() != Target.AMOUNT) {
            t++;
        }
        return t;
    }

    @Override
    public void atStep(long newStep) {
        step = newStep;
    }

    @Override
    public void forward(MiniBatch batch) {
        forward(batch, null);
    }

    @Override
    public boolean noisy() {
        LabelTransferSpec transfer = spec.network().labelTransfer();
        return transfer != null && transfer.gumbelNoise();
    }

    @Override
    public void forwardNoisy(MiniBatch batch) {
        forward(batch, new SplittableRandom(spec.seed() * 31 + step));
    }

    private void forward(MiniBatch batch, @Nullable SplittableRandom noise) {
        if (batch.size() > capacity) {
            throw new IllegalArgumentException(
                    "a mini-batch of "
                            + batch.size()
                            + " rows is larger than the network's capacity "
                            + capacity);
        }
        LabelTransferSpec transfer = spec.network().labelTransfer();
        trunk.forward(batch);
        heads.forward(transfer == null ? 1 : transfer.temperatureAt(step), noise, batch.size());
        for (int t = 0; t < losses.length; t++) {
            Loss loss = heads.loss(t);
            Matrix outputs = heads.outputs(t);
            for (int r = 0; r < batch.size(); r++) {
                logits.set(r, t, loss.logit(outputs.floats(), outputs.index(r)));
            }
        }
    }

    @Override
    public void computeLosses(MiniBatch batch) {
        int rows = batch.size();
        for (int t = 0; t < losses.length; t++) {
            Loss loss = heads.loss(t);
            Matrix outputs = heads.outputs(t);
            Matrix gradient = heads.outputGradient(t);
            double taskWeight = spec.tasks().get(t).weight() / Math.max(1, rows);
            gradient.clear(rows);
            double sum = 0;
            for (int r = 0; r < rows; r++) {
                if (!batch.masked(r, t)) {
                    double weight = taskWeight * batch.weight(r, t);
                    sum +=
                            weight
                                    * loss.loss(
                                            outputs.floats(),
                                            outputs.index(r),
                                            batch.label(r, t),
                                            (float) weight,
                                            gradient.floats(),
                                            gradient.index(r));
                }
            }
            losses[t] = sum;
        }
    }

    @Override
    public void backward(MiniBatch batch) {
        if (batch.sharesUser()) {
            throw new IllegalArgumentException(
                    "a mini-batch whose rows share one user is for scoring; to train on it, add"
                            + " its rows without shareUser");
        }
        clearGradients();
        if (adjustment == null) {
            backwardTogether(batch);
        } else if (sharedByTask.isEmpty()) {
            backwardByTask(batch, adjustment);
        } else {
            backwardByRepresentation(batch, adjustment);
        }
    }

    private void clearGradients() {
        List<Parameter> dense = parameters.dense();
        for (int i = 0; i < dense.size(); i++) {
            dense.get(i).gradient().clear();
        }
        List<EmbeddingTable> tables = parameters.tables();
        for (int i = 0; i < tables.size(); i++) {
            tables.get(i).gradient().clear();
        }
    }

    private void backwardTogether(MiniBatch batch) {
        int rows = batch.size();
        trunk.clearGradients(rows);
        for (int t = 0; t < losses.length; t++) {
            heads.backward(t, rows);
        }
        trunk.mergeGradients(rows);
        trunk.backward(batch, 0);
    }

    /** One pass down to the tables per task, each into its own lane. */
    private void backwardByTask(MiniBatch batch, GradientAdjustment adjust) {
        int rows = batch.size();
        for (int t = 0; t < losses.length; t++) {
            trunk.clearGradients(rows);
            heads.backward(t, rows);
            trunk.mergeGradients(rows);
            trunk.backward(batch, t);
        }
        adjust.combineLanes(parameters.tables());
    }

    private void backwardByRepresentation(MiniBatch batch, GradientAdjustment adjust) {
        int rows = batch.size();
        List<Matrix> shared = trunk.sharedGradients();
        for (int t = 0; t < losses.length; t++) {
            trunk.clearGradients(rows);
            heads.backward(t, rows);
            trunk.mergeGradients(rows);
            for (int i = 0; i < shared.size(); i++) {
                Passes.copy(shared.get(i), sharedByTask.get(t).get(i), rows);
            }
        }
        adjust.combine(sharedByTask, shared, rows);
        trunk.backward(batch, 0);
    }

    @Override
    public void learnStatistics(MiniBatch batch) {
        trunk.learnStatistics(batch);
    }

    @Override
    public float prediction(int row, int task) {
        Matrix outputs = heads.outputs(task);
        return heads.loss(task).prediction(outputs.floats(), outputs.index(row));
    }

    @Override
    public float logit(int row, int task) {
        return logits.get(row, task);
    }

    @Override
    public INDArray logits() {
        return logits.array();
    }

    @Override
    public double loss(int task) {
        return losses[task];
    }

    @Override
    public ModelSpec spec() {
        return spec;
    }

    @Override
    public Parameters parameters() {
        return parameters;
    }

    @Override
    public Inputs inputs() {
        return inputs;
    }

    @Override
    public int capacity() {
        return capacity;
    }

    @Override
    public INDArray intermediate(String name) {
        Map<String, Matrix> known = trunk.intermediates();
        Matrix part = known.get(name);
        if (part == null) {
            throw new IllegalArgumentException(
                    "no intermediate " + name + "; there are " + known.keySet());
        }
        Matrix copy = Matrix.zeros(part.rows(), part.columns());
        Passes.copy(part, copy, part.rows());
        return copy.array();
    }

    @Override
    public List<String> intermediates() {
        return List.copyOf(trunk.intermediates().keySet());
    }
}
