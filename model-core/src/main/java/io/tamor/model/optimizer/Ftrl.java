package io.tamor.model.optimizer;

import io.tamor.model.config.FtrlSpec;
import io.tamor.model.embedding.EmbeddingTable;
import io.tamor.model.embedding.SparseGradient;
import java.util.Arrays;

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
    public void initialise(float[] rows, int at, int dim) {
        Arrays.fill(rows, at + dim, at + 2 * dim, 0f);
        adopt(rows, at, dim);
    }

    @Override
    public void adopt(float[] rows, int at, int dim) {
        for (int c = at; c < at + dim; c++) {
            double p = rows[c];
            double z = -p * strength(rows[c + dim]) - Math.signum(p) * spec.l1();
            rows[c + 2 * dim] = (float) z;
        }
    }

    private double strength(double n) {
        return (spec.beta() + Math.sqrt(n)) / spec.alpha() + spec.l2();
    }

    @Override
    public void step(EmbeddingTable table, double rateFactor) {
        SparseGradient gradient = table.gradient();
        for (int slot = 0; slot < gradient.touched(); slot++) {
            step(
                    table.rows(),
                    table.at(gradient.row(slot)),
                    gradient.lane(0),
                    slot * gradient.dim(),
                    gradient.dim());
        }
    }

    private void step(float[] rows, int at, float[] gradient, int from, int dim) {
        for (int c = 0; c < dim; c++) {
            double g = gradient[from + c];
            double before = rows[at + dim + c];
            double n = (float) (spec.decay() * before + g * g);
            double pull = (Math.sqrt(n) - Math.sqrt(before)) / spec.alpha();
            double z = (float) (rows[at + 2 * dim + c] + g - pull * rows[at + c]);
            double beyond = Math.abs(z) - spec.l1();
            rows[at + dim + c] = (float) n;
            rows[at + 2 * dim + c] = (float) z;
            rows[at + c] = (float) (beyond <= 0 ? 0 : -Math.signum(z) * beyond / strength(n));
        }
    }
}
