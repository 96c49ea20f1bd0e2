package io.tamor.quickstart.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TotalInvestmentLawTest {
    private static final double SIGMA = 0.8;
    private static final int DRAWS = 200_000;
    private static final TotalInvestmentLaw LAW = new TotalInvestmentLaw(SIGMA);

    @ParameterizedTest
    @CsvSource({"0.05, 0.0", "0.3, -0.5", "1.0, -1.0", "1.7, 0.33", "4.0, -1.5", "12.0, -2.5"})
    void agreesWithDrawing(double expectedCount, double logExcess) {
        SplittableRandom random = new SplittableRandom(11);
        int above = 0;
        for (int draw = 0; draw < DRAWS; draw++) {
            double sum = 0;
            for (double time = Draws.exponential(random);
                    time < expectedCount;
                    time += Draws.exponential(random)) {
                sum += Math.exp(logExcess + SIGMA * Draws.gaussian(random));
            }
            above += sum > 1 ? 1 : 0;
        }
        assertThat(LAW.above(expectedCount, logExcess))
                .isCloseTo((double) above / DRAWS, within(0.006));
    }
}
