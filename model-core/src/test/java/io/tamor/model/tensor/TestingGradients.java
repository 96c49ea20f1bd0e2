package io.tamor.model.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import java.util.function.DoubleSupplier;

/**
 * Compares gradients with central differences of a float32 forward pass.
 *
 * <p>The forward pass rounds to about 1e-7 of its values, so a difference over 2 h is uncertain by
 * about 1e-7 / h, and its curvature by h^2: h = 4e-3 leaves some 1e-4. An element whose left and
 * right slopes differ lies at a kink of ReLU, where there is no derivative; those are passed over,
 * and must be few.
 */
public final class TestingGradients {
    private static final float STEP = 4e-3f;
    private static final double ABSOLUTE = 1e-3;
    private static final double RELATIVE = 2e-2;

    private int checked;
    private int kinks;

    /** Checks every element, or every {@code stride}-th. */
    public void check(String name, DoubleSupplier loss, Matrix value, Matrix gradient, int stride) {
        for (int i = 0; i < value.rows() * value.columns(); i += stride) {
            int row = i / value.columns();
            int column = i % value.columns();
            float kept = value.get(row, column);
            double middle = loss.getAsDouble();
            value.set(row, column, kept + STEP);
            double right = loss.getAsDouble() - middle;
            value.set(row, column, kept - STEP);
            double left = middle - loss.getAsDouble();
            value.set(row, column, kept);
            compare(name + "[" + row + ", " + column + "]", left, right, gradient.get(row, column));
        }
    }

    /** Compares one gradient with the losses' differences on both sides, over {@code STEP} each. */
    public void compare(String name, double left, double right, double found) {
        double slope = (left + right) / (2 * STEP);
        double bound = ABSOLUTE + RELATIVE * Math.abs(slope);
        checked++;
        if (Math.abs(right - left) / STEP > bound) {
            kinks++;
            return;
        }
        assertThat(found).as("gradient of %s", name).isCloseTo(slope, within(bound));
    }

    public static float step() {
        return STEP;
    }

    /** At most one element in ten may lie at a kink. */
    public void finish() {
        assertThat(checked).isPositive();
        assertThat(kinks).as("elements at kinks of %d", checked).isLessThanOrEqualTo(checked / 10);
    }

    /** A matrix of uniform values from +-limit. */
    public static Matrix random(int rows, int columns, long seed, double limit) {
        Matrix m = Matrix.zeros(rows, columns);
        ParameterFactory.fillUniform(m, new SplittableRandom(seed), limit);
        return m;
    }

    /** Sum of products: the loss whose gradient by {@code y} is {@code weights}. */
    public static double weighted(Matrix y, Matrix weights) {
        return Passes.dot(y, weights, y.rows());
    }

    private static org.assertj.core.data.Offset<Double> within(double bound) {
        return org.assertj.core.data.Offset.offset(bound);
    }
}
