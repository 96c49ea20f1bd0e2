package io.tamor.model.config;

/**
 * Sparse Adagrad of embedding rows (Duchi, Hazan, Singer, JMLR 12, 2011).
 *
 * @param decay factor of an accumulator at each touch of its row, in (0, 1]; below 1 old gradients
 *     are forgotten, for streams that drift
 */
public record AdagradSpec(
        double learningRate, double initialAccumulator, double epsilon, double decay) {
    /** Values that work for click streams. */
    public static final AdagradSpec DEFAULT = new AdagradSpec(0.05, 0.1, 1e-10, 1.0);

    /** Without decay. */
    public AdagradSpec(double learningRate, double initialAccumulator, double epsilon) {
        this(learningRate, initialAccumulator, epsilon, 1.0);
    }

    /** Notes what is wrong here. */
    void check(Problems problems) {
        problems.require(
                learningRate > 0, "adagrad.learning_rate must be > 0, was " + learningRate);
        problems.require(
                initialAccumulator >= 0,
                "adagrad.initial_accumulator must be >= 0, was " + initialAccumulator);
        problems.require(
                (float) epsilon >= Float.MIN_NORMAL,
                "adagrad.epsilon must be > 0 as a float32, was " + epsilon);
        problems.require(decay > 0 && decay <= 1, "adagrad.decay must be in (0, 1], was " + decay);
    }
}
