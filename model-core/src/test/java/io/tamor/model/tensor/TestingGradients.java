package io.tamor.model.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

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

    /** One number of a parameter. */
    public interface Cell {
        float get();

        void set(float value);
    }

    /** Checks every element, or every {@code stride}-th. */
    public void check(String name, DoubleSupplier loss, Matrix value, Matrix gradient, int stride) {
        for (int i = 0; i < value.rows() * value.columns(); i += stride) {
            int row = i / value.columns();
            int column = i % value.columns();
            Cell cell =
                    new Cell() {
                        @Override
                        public float get() {
                            return value.get(row, column);
                        }

                        @Override
                        public void set(float number) {
                            value.set(row, column, number);
                        }
                    };
            String at = name + "[" + row + ", " + column + "]";
            check(at, loss, cell, gradient.get(row, column));
        }
    }

    /** Checks one number. */
    public void check(String name, DoubleSupplier loss, Cell cell, double found) {
        float kept = cell.get();
        double middle = loss.getAsDouble();
        double far = slope(loss, cell, kept, STEP);
        double near = slope(loss, cell, kept, STEP / 4);
        double right = rise(loss, cell, kept, STEP / 4, middle);
        double left = rise(loss, cell, kept, -STEP / 4, middle);
        cell.set(kept);
        double bound = ABSOLUTE + RELATIVE * Math.abs(near);
        checked++;
        if (Math.abs(far - near) > bound / 2 || Math.abs(right - left) > bound) {
            kinks++;
            return;
        }
        assertThat(found).as("gradient of %s", name).isCloseTo(near, offset(bound));
    }

    private static double slope(DoubleSupplier loss, Cell cell, float kept, float step) {
        cell.set(kept + step);
        double right = loss.getAsDouble();
        double up = cell.get();
        cell.set(kept - step);
        return (right - loss.getAsDouble()) / (up - cell.get());
    }

    private static double rise(
            DoubleSupplier loss, Cell cell, float kept, float step, double middle) {
        cell.set(kept + step);
        return (loss.getAsDouble() - middle) / (cell.get() - kept);
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
}
