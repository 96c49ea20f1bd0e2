package io.tamor.model.embedding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class FeatureStatisticsTest {
    @Test
    void partsGiveTheWholeAndTheWholeLessAPartTheRest() {
        Random random = new Random(4);
        FeatureStatistics all = FeatureStatistics.none(1);
        FeatureStatistics first = FeatureStatistics.none(1);
        FeatureStatistics rest = FeatureStatistics.none(1);
        for (int i = 0; i < 300; i++) {
            FeatureStatistics one =
                    new FeatureStatistics(
                            1, new double[] {1e4 + random.nextGaussian()}, new double[1]);
            all = all.plus(one);
            first = i < 100 ? first.plus(one) : first;
            rest = i < 100 ? rest : rest.plus(one);
        }
        assertThat(first.plus(rest).m2()[0]).isCloseTo(all.m2()[0], within(1e-6));
        FeatureStatistics found = all.minus(first);
        assertThat(found.count()).isEqualTo(200);
        assertThat(found.mean()[0]).isCloseTo(rest.mean()[0], within(1e-9));
        assertThat(found.m2()[0]).isCloseTo(rest.m2()[0], within(1e-4));
        assertThat(all.minus(all).count()).isZero();
        assertThat(all.plus(FeatureStatistics.none(1))).isSameAs(all);
    }
}
