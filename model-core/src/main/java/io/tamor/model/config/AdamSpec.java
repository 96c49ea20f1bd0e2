package io.tamor.model.config;

/** Adam with bias correction (Kingma and Ba, ICLR 2015, algorithm 1), for dense parameters. */
public record AdamSpec(double learningRate, double beta1, double beta2, double epsilon) {
    /** The paper's values. */
    public static final AdamSpec DEFAULT = new AdamSpec(0.001, 0.9, 0.999, 1e-8);

    /** Notes what is wrong here. */
    void check(Problems problems) {
        problems.require(learningRate > 0, "adam.learning_rate must be > 0, was " + learningRate);
        problems.require(beta1 >= 0 && beta1 < 1, "adam.beta1 must be in [0, 1), was " + beta1);
        problems.require(beta2 >= 0 && beta2 < 1, "adam.beta2 must be in [0, 1), was " + beta2);
        problems.require(
                (float) epsilon >= Float.MIN_NORMAL,
                "adam.epsilon must be > 0 as a float32, was " + epsilon);
    }
}
