package io.tamor.jobs.learner.logic;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class DivergenceTest {
    private final Divergence divergence = new Divergence(2, 3);

    private boolean observe(double loss, int times) {
        boolean diverged = false;
        for (int i = 0; i < times; i++) {
            diverged |= divergence.observe(loss);
        }
        return diverged;
    }

    @Test
    void lossesFarAboveTheLevelForSomeStepsInARowAreADivergence() {
        assertThat(observe(1, 100)).isFalse();
        assertThat(observe(5, 2)).isFalse();
        assertThat(observe(1, 1)).isFalse();
        assertThat(observe(5, 2)).isFalse();
        assertThat(observe(5, 1)).isTrue();
    }

    @Test
    void nothingIsFarAboveALevelThatIsNotKnownYet() {
        assertThat(observe(1, 50)).isFalse();
        assertThat(observe(100, 40)).isFalse();
    }

    @Test
    void lossesThatAreNoNumbersDivergeFromTheBeginning() {
        assertThat(observe(Double.NaN, 2)).isFalse();
        assertThat(observe(Double.POSITIVE_INFINITY, 1)).isTrue();
    }

    @Test
    void aLossThatStaysHighAfterADivergenceBecomesTheNewLevel() {
        observe(1, 100);
        assertThat(observe(5, 3)).isTrue();
        assertThat(observe(5, 1000)).isFalse();
    }

    @Test
    void itGoesOnFromItsBytes() throws IOException {
        observe(1, 100);
        observe(5, 2);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        divergence.write(new DataOutputStream(bytes));
        Divergence read = new Divergence(2, 3);
        read.read(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));
        assertThat(read.observe(5)).isTrue();
    }
}
