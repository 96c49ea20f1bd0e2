package io.tamor.model.tensor;

import java.util.SplittableRandom;
import org.bytedeco.openblas.global.openblas_nolapack;

/**
 * The process's BLAS: one thread, and checked once. Two BLAS threads on shared cores are slower
 * than one, and a fixed number keeps results the same; parallelism belongs to the task slots.
 * {@code OMP_NUM_THREADS=1} in the environment does the same before the library loads.
 */
public final class Blas {
    private static final int ROWS = 37;
    private static final int INNER = 150;
    private static final int COLUMNS = 67;

    private Blas() {}

    /** Sets one BLAS thread and checks a product, the first time it is called. */
    public static void ensureReady() {
        Ready.check();
    }

    /** Initialised once per class loader, by the JVM's own rules. */
    private static final class Ready {
        private static final double WORST = prepare();

        private static double prepare() {
            Matrix.zeros(1, 1); // loads the natives
            openblas_nolapack.blas_set_num_threads(1);
            return worstError();
        }

        static void check() {
            // Old BLAS builds have been wrong on new processors; a silent error would look like
            // a model that does not learn.
            if (!(WORST < 1e-4)) {
                throw new IllegalStateException(
                        "the BLAS library's matrix product is wrong on this processor: it differs"
                                + " from a plain product by "
                                + WORST
                                + ", wanted below 1e-4; set the environment variable"
                                + " OPENBLAS_CORETYPE to an older processor (Haswell, say) and"
                                + " start again");
            }
        }
    }

    /** Largest error of one product of each kind against plain loops in double precision. */
    static double worstError() {
        SplittableRandom random = new SplittableRandom(7);
        Matrix x = filled(ROWS, INNER, random);
        Matrix w = filled(INNER, COLUMNS, random);
        Matrix y = filled(ROWS, COLUMNS, random);
        Matrix product = Matrix.zeros(ROWS, COLUMNS);
        Gemm.forward(x, 0, w, product, 0, ROWS, 0f);
        Matrix dx = Matrix.zeros(ROWS, INNER);
        Gemm.inputGradient(y, 0, w, dx, 0, ROWS, 0f);
        Matrix dw = Matrix.zeros(INNER, COLUMNS);
        Gemm.weightGradient(x, 0, y, 0, dw, ROWS);
        double worst = 0;
        for (int i = 0; i < ROWS; i++) {
            for (int j = 0; j < COLUMNS; j++) {
                double sum = 0;
                for (int k = 0; k < INNER; k++) {
                    sum += (double) x.get(i, k) * w.get(k, j);
                }
                worst = larger(worst, sum - product.get(i, j));
            }
        }
        for (int i = 0; i < ROWS; i++) {
            for (int k = 0; k < INNER; k++) {
                double sum = 0;
                for (int j = 0; j < COLUMNS; j++) {
                    sum += (double) y.get(i, j) * w.get(k, j);
                }
                worst = larger(worst, sum - dx.get(i, k));
            }
        }
        for (int k = 0; k < INNER; k++) {
            for (int j = 0; j < COLUMNS; j++) {
                double sum = 0;
                for (int i = 0; i < ROWS; i++) {
                    sum += (double) x.get(i, k) * y.get(i, j);
                }
                worst = larger(worst, sum - dw.get(k, j));
            }
        }
        return worst;
    }

    private static double larger(double worst, double error) {
        return Double.isNaN(error) ? Double.POSITIVE_INFINITY : Math.max(worst, Math.abs(error));
    }

    private static Matrix filled(int rows, int columns, SplittableRandom random) {
        Matrix m = Matrix.zeros(rows, columns);
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < columns; c++) {
                m.set(r, c, (float) (random.nextDouble() - 0.5));
            }
        }
        return m;
    }
}
