package io.tamor.model.training;

/** What a training step did. Reused by its trainer: read it before the next step. */
public final class StepOutcome {
    private final double[] losses;
    private boolean applied;

    StepOutcome(int tasks) {
        losses = new double[tasks];
    }

    /**
     * Whether the parameters changed; false: a loss or gradient was not finite, nothing changed.
     */
    public boolean applied() {
        return applied;
    }

    /** A task's loss before the update, times the task's weight. */
    public double loss(int task) {
        return losses[task];
    }

    /** The losses' sum. */
    public double totalLoss() {
        double sum = 0;
        for (double loss : losses) {
            sum += loss;
        }
        return sum;
    }

    void set(boolean wasApplied) {
        applied = wasApplied;
    }

    void loss(int task, double loss) {
        losses[task] = loss;
    }
}
