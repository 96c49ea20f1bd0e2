package io.tamor.model.config;

import java.util.Objects;

/**
 * Adjustment of the other tasks' gradients to the amount's (HTLNet, section on gradient conflicts).
 *
 * @param mode what is adjusted; if absent, parameters
 * @param direction share of the conflicting component removed, in [0, 1]
 * @param magnitude weight of the rescaled gradient, in [0, 1]
 * @param clip bound of the length ratio, at least 1
 */
public record GradientAdjustmentSpec(Mode mode, double direction, double magnitude, double clip) {
    public GradientAdjustmentSpec {
        mode = Objects.requireNonNullElse(mode, Mode.PARAMETERS);
    }

    /** What is adjusted. */
    public enum Mode {
        /** The gradient of the shared parameters: one backward pass per task. */
        PARAMETERS,
        /** The gradient of the shared representation: one backward pass in all. */
        REPRESENTATION
    }

    /** Notes what is wrong here. */
    void check(Problems problems) {
        String at = "network.gradient_adjustment.";
        problems.require(
                direction >= 0 && direction <= 1,
                at + "direction must be in [0, 1], was " + direction);
        problems.require(
                magnitude >= 0 && magnitude <= 1,
                at + "magnitude must be in [0, 1], was " + magnitude);
        problems.require(clip >= 1, at + "clip must be >= 1, was " + clip);
    }
}
