package io.tamor.model.network;

import io.tamor.model.config.GradientAdjustmentSpec;
import io.tamor.model.embedding.EmbeddingTable;
import io.tamor.model.embedding.SparseGradient;
import io.tamor.model.tensor.Matrix;
import io.tamor.model.tensor.Passes;
import java.util.List;

/**
 * Gradient adjustment of HTLNet. For every other task's shared gradient G against the core's C: if
 * G . C &lt; 0 then G -= direction G . C / |C|^2 C; then G = (magnitude r + 1 - magnitude) G with r
 * = |C| / |G| before that, clipped to [1/clip, clip]. The shared gradient is C + the sum of the G.
 *
 * <p>Each adjusted G is a G + c C with two numbers, so that one pass combines all tasks.
 */
final class GradientAdjustment {
    private final GradientAdjustmentSpec spec;
    private final int core;
    private final double[] dots;
    private final double[] squares;
    private final float[] factors;

    GradientAdjustment(GradientAdjustmentSpec spec, int core, int tasks) {
        this.spec = spec;
        this.core = core;
        dots = new double[tasks];
        squares = new double[tasks];
        factors = new float[tasks];
    }

    /** Combines the tables' lanes, one per task, into lane 0. */
    void combineLanes(List<EmbeddingTable> tables) {
        for (int t = 0; t < factors.length; t++) {
            dots[t] = 0;
            squares[t] = 0;
            for (int i = 0; i < tables.size(); i++) {
                SparseGradient sparse = tables.get(i).gradient();
                float[] g = sparse.lane(t);
                float[] c = sparse.lane(core);
                int count = sparse.touched() * sparse.dim();
                for (int k = 0; k < count; k++) {
                    dots[t] += (double) g[k] * c[k];
                    squares[t] += (double) g[k] * g[k];
                }
            }
        }
        findFactors();
        for (int i = 0; i < tables.size(); i++) {
            SparseGradient sparse = tables.get(i).gradient();
            int count = sparse.touched() * sparse.dim();
            for (int k = 0; k < count; k++) {
                float sum = 0;
                for (int t = 0; t < factors.length; t++) {
                    sum += factors[t] * sparse.lane(t)[k];
                }
                sparse.lane(0)[k] = sum;
            }
        }
    }

    /** Combines each task's gradients of the shared representation into {@code into}. */
    void combine(List<List<Matrix>> byTask, List<Matrix> into, int rows) {
        for (int t = 0; t < factors.length; t++) {
            dots[t] = 0;
            squares[t] = 0;
            for (int i = 0; i < into.size(); i++) {
                Matrix g = byTask.get(t).get(i);
                dots[t] += Passes.dot(g, byTask.get(core).get(i), rows);
                squares[t] += Passes.dot(g, g, rows);
            }
        }
        findFactors();
        for (int i = 0; i < into.size(); i++) {
            Matrix sum = into.get(i);
            sum.clear(rows);
            for (int t = 0; t < factors.length; t++) {
                Passes.addScaled(byTask.get(t).get(i), factors[t], sum, rows);
            }
        }
    }

    /** factors[t] of each task's gradient in the sum; the core's holds the projections too. */
    private void findFactors() {
        double coreFactor = 1;
        double coreLength = Math.sqrt(squares[core]);
        for (int t = 0; t < factors.length; t++) {
            if (t == core) {
                continue;
            }
            double ratio = coreLength / Math.sqrt(squares[t]);
            // A gradient of 0 has no direction: any factor gives 0, and NaN must not spread.
            double clipped =
                    squares[t] > 0 ? Math.max(1 / spec.clip(), Math.min(spec.clip(), ratio)) : 1;
            double scale = spec.magnitude() * clipped + 1 - spec.magnitude();
            factors[t] = (float) scale;
            if (dots[t] < 0) {
                coreFactor -= scale * spec.direction() * dots[t] / squares[core];
            }
        }
        factors[core] = (float) coreFactor;
    }
}
