package io.tamor.model.embedding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import io.tamor.model.config.FieldSpec;
import io.tamor.model.config.Side;
import io.tamor.model.tensor.ParameterFactory;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class EmbeddingTest {
    private static final int DIM = 3;

    private static EmbeddingTable table(int rows, int lanes) {
        return EmbeddingTable.create(
                "embedding/f",
                new FieldSpec("f", Side.USER, rows, DIM, false),
                new ParameterFactory(1),
                new TableBuffers(4, lanes, 1));
    }

    @Test
    void severalValuesAreAveragedAndNoneIsTheMissingRow() {
        EmbeddingTable table = table(10, 1);
        Categories categories = new Categories(3);
        categories.set(0, 4);
        categories.set(1, new int[] {9, 2, 5, 2}, 1, 3);
        categories.set(2, new int[0], 0, 0);
        float[] to = new float[3 * DIM];
        for (int r = 0; r < 3; r++) {
            table.lookUp(categories, r, to, r * DIM);
        }
        for (int d = 0; d < DIM; d++) {
            assertThat(to[d]).isEqualTo(value(table, 4, d));
            double mean = (2.0 * value(table, 2, d) + value(table, 5, d)) / 3;
            assertThat((double) to[DIM + d]).isCloseTo(mean, offset(1e-7));
            assertThat(to[2 * DIM + d]).isEqualTo(value(table, 0, d));
        }
    }

    private static float value(EmbeddingTable table, int row, int d) {
        return table.rows()[table.at(row) + d];
    }

    @Test
    void touchedRowsHaveOneSlotWithTheSumHoweverManyThereAre() {
        SparseGradient gradient = new SparseGradient(1, 4, 2);
        SplittableRandom random = new SplittableRandom(3);
        for (int batch = 0; batch < 5; batch++) {
            gradient.clear();
            Map<Integer, Float> wanted = new HashMap<>();
            for (int i = 0; i < 2000; i++) {
                int row = random.nextInt(900) * 1024; // rows that share their low bits
                int slot = gradient.slot(row); // first: a lane is replaced when it grows
                gradient.lane(1)[slot] += i;
                wanted.merge(row, (float) i, Float::sum);
            }
            assertThat(gradient.touched()).isEqualTo(wanted.size());
            for (int slot = 0; slot < gradient.touched(); slot++) {
                assertThat(gradient.lane(1)[slot]).isEqualTo(wanted.get(gradient.row(slot)));
                assertThat(gradient.lane(0)[slot]).isZero();
            }
        }
    }

    @Test
    void oneValueFarOffDoesNotSpoilTheStatisticsAndANewUnitIsLearned() {
        DenseNormalizer normalizer = new DenseNormalizer(1);
        SplittableRandom random = new SplittableRandom(3);
        float[] values = new float[500];
        for (float outlier : new float[] {0f, 0x1p50f, Float.MAX_VALUE, Float.NEGATIVE_INFINITY}) {
            for (int r = 0; r < values.length; r++) {
                values[r] = (float) random.nextDouble() - 0.5f;
            }
            values[250] = outlier;
            for (int batch = 0; batch < 4; batch++) {
                normalizer.update(values, 1, 0, values.length);
                values[250] = 0;
            }
            assertThat(normalizer.apply(0, 0.5f) - normalizer.apply(0, -0.5f)).isGreaterThan(0.05f);
        }
        for (int r = 0; r < values.length; r++) {
            values[r] = 1000 * ((float) random.nextDouble() - 0.5f);
        }
        for (int batch = 0; batch < 20; batch++) {
            normalizer.update(values, 1, 0, values.length);
        }
        assertThat(normalizer.apply(0, 250f)).isBetween(0.5f, 2f);
        DenseNormalizer first = new DenseNormalizer(1);
        first.update(new float[] {1f, Float.POSITIVE_INFINITY}, 1, 0, 2);
        assertThat(first.apply(0, 1f)).isFinite();
        assertThat((float) first.m2(0)).isFinite();
    }

    @Test
    void runningStatisticsEqualThoseOfAllSamples() {
        DenseNormalizer normalizer = new DenseNormalizer(2);
        assertThat(normalizer.apply(0, 3f)).isEqualTo(3f);
        assertThat(normalizer.apply(0, 300f)).isEqualTo(10f);
        SplittableRandom random = new SplittableRandom(3);
        double sum = 0;
        double squares = 0;
        int count = 0;
        for (int batch = 0; batch < 20; batch++) {
            int rows = random.nextInt(30);
            float[] values = new float[rows * 3];
            for (int r = 0; r < rows; r++) {
                values[r * 3 + 2] = (float) (1e4 + random.nextDouble());
                sum += values[r * 3 + 2];
                squares += (double) values[r * 3 + 2] * values[r * 3 + 2];
                count++;
            }
            normalizer.update(values, 3, 1, rows);
        }
        double mean = sum / count;
        assertThat(normalizer.count()).isEqualTo(count);
        assertThat(normalizer.mean(1)).isCloseTo(mean, offset(1e-6));
        assertThat(normalizer.m2(1)).isCloseTo(squares - count * mean * mean, offset(0.05));
        assertThat(normalizer.apply(0, 0f)).isZero();
        assertThat(normalizer.apply(1, (float) mean)).isBetween(-0.01f, 0.01f);
        assertThat(normalizer.apply(1, 0f)).isEqualTo(-10f);
        assertThat(normalizer.apply(1, Float.NaN)).isNaN();
    }
}
