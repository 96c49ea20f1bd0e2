package io.tamor.model.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GemmTest {
    @ParameterizedTest
    @CsvSource({"1, 1, 1", "7, 5, 3", "33, 70, 17", "5, 9, 1", "0, 4, 4", "16, 1, 8"})
    void productsOnRangesOfRowsAndColumnBlocksEqualPlainLoops(int rows, int in, int out) {
        Matrix x = TestingGradients.random(rows + 3, in + 2, 1, 1).columns(1, in);
        Matrix w = TestingGradients.random(in, out + 1, 2, 1).columns(0, out);
        Matrix y = TestingGradients.random(rows + 3, out + 3, 3, 1).columns(2, out);
        Matrix before = copy(y);
        Gemm.forward(x, 2, w, y, 1, rows, 0.5f);
        for (int r = 0; r < rows + 3; r++) {
            for (int c = 0; c < out; c++) {
                double wanted = before.get(r, c);
                if (r >= 1 && r < 1 + rows) {
                    wanted *= 0.5;
                    for (int k = 0; k < in; k++) {
                        wanted += (double) x.get(r + 1, k) * w.get(k, c);
                    }
                }
                assertThat((double) y.get(r, c)).isCloseTo(wanted, offset(1e-4));
            }
        }
        Matrix dx = Matrix.zeros(rows + 3, in);
        Gemm.inputGradient(y, 1, w, dx, 0, rows, 0f);
        Matrix dw = Matrix.zeros(in, out);
        Gemm.weightGradient(x, 2, y, 1, dw, rows);
        for (int k = 0; k < in; k++) {
            for (int r = 0; r < rows; r++) {
                double wanted = 0;
                for (int c = 0; c < out; c++) {
                    wanted += (double) y.get(r + 1, c) * w.get(k, c);
                }
                assertThat((double) dx.get(r, k)).isCloseTo(wanted, offset(1e-4));
            }
            for (int c = 0; c < out; c++) {
                double wanted = 0;
                for (int r = 0; r < rows; r++) {
                    wanted += (double) x.get(r + 2, k) * y.get(r + 1, c);
                }
                assertThat((double) dw.get(k, c)).isCloseTo(wanted, offset(1e-4));
            }
        }
    }

    @Test
    void shapesThatDoNotFitAreRefusedWithAllThree() {
        Matrix a = Matrix.zeros(2, 3);
        Matrix b = Matrix.zeros(4, 5);
        assertThatThrownBy(() -> Gemm.forward(a, 0, b, a, 0, 2, 0f))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("[2, 3]", "[4, 5]");
    }

    @Test
    void theLibraryAgreesWithPlainLoopsOnThisProcessor() {
        Blas.ensureReady();
        assertThat(Blas.worstError()).isLessThan(1e-4);
    }

    private static Matrix copy(Matrix m) {
        Matrix copy = Matrix.zeros(m.rows(), m.columns());
        Passes.copy(m, copy, m.rows());
        return copy;
    }
}
