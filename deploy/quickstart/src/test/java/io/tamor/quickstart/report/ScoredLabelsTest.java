package io.tamor.quickstart.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ScoredLabelsTest {
    @Test
    void agreesWithCountingPairs() {
        SplittableRandom random = new SplittableRandom(17);
        double[] scores = new double[400];
        boolean[] labels = new boolean[scores.length];
        ScoredLabels scored = new ScoredLabels();
        for (int i = 0; i < scores.length; i++) {
            scores[i] = random.nextInt(40) / 40.0; // many ties
            labels[i] = random.nextDouble() < scores[i];
            scored.add(scores[i], labels[i]);
        }
        double wins = 0;
        double pairs = 0;
        for (int i = 0; i < scores.length; i++) {
            for (int j = 0; j < scores.length; j++) {
                if (labels[i] && !labels[j]) {
                    pairs++;
                    wins += scores[i] > scores[j] ? 1 : scores[i] == scores[j] ? 0.5 : 0;
                }
            }
        }
        assertThat(scored.auc()).isCloseTo(wins / pairs, within(1e-12));
    }

    @Test
    void isUndefinedWithoutBothClasses() {
        ScoredLabels scored = new ScoredLabels();
        scored.add(0.5, true);
        assertThat(scored.auc()).isNaN();
    }
}
