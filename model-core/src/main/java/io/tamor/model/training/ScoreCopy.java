package io.tamor.model.training;

import io.tamor.model.network.Network;

/**
 * The scores of a batch: the network's own, or a copy of them where training runs the batch again
 * with noise.
 */
final class ScoreCopy {
    private final Network network;
    private final int tasks;
    private float[] logits = new float[0];
    private float[] predictions = new float[0];
    private boolean copied;

    ScoreCopy(Network network) {
        this.network = network;
        tasks = network.spec().tasks().size();
    }

    void clear() {
        copied = false;
    }

    void take(int rows) {
        if (logits.length == 0) {
            logits = new float[network.capacity() * tasks];
            predictions = new float[network.capacity() * tasks];
        }
        for (int r = 0; r < rows; r++) {
            for (int t = 0; t < tasks; t++) {
                logits[r * tasks + t] = network.logit(r, t);
                predictions[r * tasks + t] = network.prediction(r, t);
            }
        }
        copied = true;
    }

    float logit(int row, int task) {
        return copied ? logits[row * tasks + task] : network.logit(row, task);
    }

    float prediction(int row, int task) {
        return copied ? predictions[row * tasks + task] : network.prediction(row, task);
    }
}
