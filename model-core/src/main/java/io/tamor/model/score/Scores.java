package io.tamor.model.score;

import io.tamor.model.network.Network;

/**
 * The scores of one mini-batch, all by one version of the model. Immutable.
 *
 * <pre>[B, T], T in the order of the model's tasks</pre>
 */
public final class Scores {
    private final long version;
    private final int rows;
    private final int tasks;
    private final float[] logits;
    private final float[] predictions;

    private Scores(long version, int rows, int tasks) {
        this.version = version;
        this.rows = rows;
        this.tasks = tasks;
        this.logits = new float[rows * tasks];
        this.predictions = new float[rows * tasks];
    }

    /** Copies the scores of a network's last forward pass. */
    static Scores copy(long version, Network network, int rows) {
        Scores scores = new Scores(version, rows, network.spec().tasks().size());
        for (int row = 0; row < rows; row++) {
            for (int task = 0; task < scores.tasks; task++) {
                int at = row * scores.tasks + task;
                scores.logits[at] = network.logit(row, task);
                scores.predictions[at] = network.prediction(row, task);
            }
        }
        return scores;
    }

    /** The snapshot version that scored. */
    public long version() {
        return version;
    }

    public int rows() {
        return rows;
    }

    public int tasks() {
        return tasks;
    }

    /** Probability of a binary task, or yuan of an amount. */
    public float prediction(int row, int task) {
        return predictions[index(row, task)];
    }

    /** Logit of a binary task, or log1p(yuan) of an amount. */
    public float logit(int row, int task) {
        return logits[index(row, task)];
    }

    private int index(int row, int task) {
        if (row < 0 || row >= rows || task < 0 || task >= tasks) {
            throw new IndexOutOfBoundsException(
                    "no score of row "
                            + row
                            + " and task "
                            + task
                            + " in ["
                            + rows
                            + ", "
                            + tasks
                            + "]");
        }
        return row * tasks + task;
    }
}
