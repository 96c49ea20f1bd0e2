package io.tamor.model.optimizer;

import io.tamor.model.config.FtrlSpec;
import io.tamor.model.embedding.SparseGradient;
import io.tamor.model.tensor.Matrix;

/**
 * FTRL-Proximal (McMahan et al., KDD 2013, algorithm 1), element by element: n' = decay n + g^2; z
 * += g - (sqrt(n') - sqrt(n)) / alpha p; p = 0 where |z| &lt;= l1, else -(z - sign(z) l1) / ((beta
 * + sqrt(n')) / alpha + l2).
 *
 * <p>Its rates follow from n alone: a schedule's factor does not apply to it. A row's state is [n,
 * z]. A value that was not computed by it (an initial one) gets the z that yields it.
 */
public record Ftrl(FtrlSpec spec) implements RowOptimizer {
    @Override
    public int stateWidth() {
        return 2;
    }

    @Override
    public void initialise(Matrix values, Matrix state, int row) {
        for (int c = 0; c < values.columns(); c++) {
            state.set(row, c, 0f);
        }
        adopt(values, state, row);
    }

    @Override
    public void adopt(Matrix values, Matrix state, int row) {
        int width = values.columns();
        for (int c = 0; c < width; c++) {
            double p = values.get(row, c);
            double z = -p * strength(state.get(row, c)) - Math.signum(p) * spec.l1();
            state.set(row, width + c, (float) z);
        }
    }

    private double strength(double n) {
        return (spec.beta() + Math.sqrt(n)) / spec.alpha() + spec.l2();
    }

    @Override
    public void step(Matrix values, Matrix state, SparseGradient gradient, double rateFactor) {
        for (int slot = 0; slot < gradient.touched(); slot++) {
            int at = slot * gradient.dim();
            step(values, state, gradient.row(slot), gradient.lane(0), at);
        }
    }

    private void step(Matrix values, Matrix state, int row, float[] gradient, int at) {
        int width = values.columns();
        for (int c = 0; c < width; c++) {
            double g = gradient[at + c];
            double before = state.get(row, c);
            double n = (float) (spec.decay() * before + g * g);
            double pull = (Math.sqrt(n) - Math.sqrt(before)) / spec.alpha();
            double z = (float) (state.get(row, width + c) + g - pull * values.get(row, c));
            state.set(row, c, (float) n);
            state.set(row, width + c, (float) z);
            double beyond = Math.abs(z) - spec.l1();
            double p = beyond <= 0 ? 0 : -Math.signum(z) * beyond / strength(n);
            values.set(row, c, (float) p);
        }
    }
}
