package io.tamor.model.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PassesTest {
    private final Scratch scratch = new Scratch();

    @ParameterizedTest
    @CsvSource({"1, 1, 0", "40, 128, 0", "3, 5000, 0", "60, 33, 7", "2, 2048, 1"})
    void biasAndReluAndTheirGradientEqualPlainLoops(int rows, int columns, int gap) {
        Matrix y = TestingGradients.random(rows + 2, columns + gap, 1, 1).columns(gap, columns);
        Matrix before = Matrix.zeros(rows + 2, columns);
        Passes.copy(y, before, rows + 2);
        Matrix bias = TestingGradients.random(1, columns, 2, 1);
        Passes.biasRelu(y, 1, rows, bias, scratch);
        Matrix dy = TestingGradients.random(rows + 2, columns + gap, 3, 1).columns(gap, columns);
        Matrix dBefore = Matrix.zeros(rows + 2, columns);
        Passes.copy(dy, dBefore, rows + 2);
        Matrix dBias = Matrix.zeros(1, columns);
        Passes.reluBackward(dy, y, 1, rows, dBias, scratch);
        for (int c = 0; c < columns; c++) {
            double sum = 0;
            assertThat(y.get(0, c)).isEqualTo(before.get(0, c));
            for (int r = 1; r <= rows; r++) {
                float wanted = Math.max(before.get(r, c) + bias.get(0, c), 0);
                assertThat(y.get(r, c)).isEqualTo(wanted);
                float gradient = wanted > 0 ? dBefore.get(r, c) : 0;
                assertThat(dy.get(r, c)).isEqualTo(gradient);
                sum += gradient;
            }
            assertThat((double) dBias.get(0, c)).isCloseTo(sum, offset(1e-4));
        }
    }

    @Test
    void reluKeepsNaNSoThatThePoisonIsSeen() {
        Matrix y = Matrix.zeros(1, 3);
        y.set(0, 0, Float.NaN);
        y.set(0, 1, Float.intBitsToFloat(0xFFC00000));
        y.set(0, 2, Float.POSITIVE_INFINITY);
        Passes.biasRelu(y, 0, 1, Matrix.zeros(1, 3), scratch);
        assertThat(y.get(0, 0)).isNaN();
        assertThat(y.get(0, 1)).isNaN();
        assertThat(y.get(0, 2)).isEqualTo(Float.POSITIVE_INFINITY);
    }

    @Test
    void aGradientThatWouldPoisonAnOptimiserIsFoundWhereverItIs() {
        for (float bad : new float[] {Float.NaN, Float.NEGATIVE_INFINITY, 0x1p51f}) {
            for (int at : new int[] {0, 2047, 2048, 4999}) {
                Matrix m = TestingGradients.random(1, 5000, 1, 0x1p50);
                assertThat(Passes.usableGradient(m, scratch)).isTrue();
                m.set(0, at, bad);
                assertThat(Passes.usableGradient(m, scratch)).isFalse();
                float[] values = new float[5000];
                values[at] = bad;
                assertThat(Passes.usableGradient(values, 5000)).isFalse();
                assertThat(Passes.usableGradient(values, at)).isTrue();
            }
        }
    }

    @Test
    void gatherAndScatterUndoEachOther() {
        RowGroups groups = new RowGroups(3, 10);
        groups.sort(new int[] {2, 0, 1, 0, 2, 2, 0}, 7);
        Matrix m = TestingGradients.random(7, 4, 1, 1);
        Matrix sorted = Matrix.zeros(7, 4);
        Matrix back = Matrix.zeros(7, 4);
        Passes.gather(m, groups, sorted);
        Passes.scatter(sorted, groups, back);
        assertThat(back.array()).isEqualTo(m.array());
        assertThat(sorted.get(0, 0)).isEqualTo(m.get(1, 0));
        assertThat(groups.from(1)).isEqualTo(3);
        assertThat(groups.count(2)).isEqualTo(3);
    }
}
