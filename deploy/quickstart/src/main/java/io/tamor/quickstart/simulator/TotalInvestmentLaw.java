package io.tamor.quickstart.simulator;

/**
 * P(S above a threshold) for S the sum of a Poisson number of log-normal amounts, by Panjer's
 * recursion (ASTIN Bulletin 12, 1981, eq. 4) on a grid, tabulated once and interpolated. The error
 * against the recursion itself stays below 0.005.
 */
final class TotalInvestmentLaw {
    private static final int STEPS = 128;
    private static final double LOWEST_COUNT = 0.001;
    private static final double COUNT_STEP = 0.1; // of log expected count
    private static final int COUNTS = 112;
    private static final double LOWEST_EXCESS = -7;
    private static final double EXCESS_STEP = 0.1; // of log amount over threshold
    private static final int EXCESSES = 141;

    private final double sigma;
    private final double[][] table = new double[COUNTS][EXCESSES];

    TotalInvestmentLaw(double sigma) {
        this.sigma = sigma;
        for (int e = 0; e < EXCESSES; e++) {
            double[] severity = severity(LOWEST_EXCESS + e * EXCESS_STEP);
            for (int c = 0; c < COUNTS; c++) {
                table[c][e] = exceedance(LOWEST_COUNT * Math.exp(c * COUNT_STEP), severity);
            }
        }
    }

    /**
     * @param expectedCount mean number of amounts
     * @param logExcess mean of the log amounts minus the log of the threshold
     */
    double above(double expectedCount, double logExcess) {
        if (expectedCount <= LOWEST_COUNT) {
            return expectedCount * Draws.normalCdf(logExcess / sigma);
        }
        double c = clamp(Math.log(expectedCount / LOWEST_COUNT) / COUNT_STEP, COUNTS - 1);
        double e = clamp((logExcess - LOWEST_EXCESS) / EXCESS_STEP, EXCESSES - 1);
        int c0 = Math.min((int) c, COUNTS - 2);
        int e0 = Math.min((int) e, EXCESSES - 2);
        double cw = c - c0;
        double ew = e - e0;
        return (1 - cw) * ((1 - ew) * table[c0][e0] + ew * table[c0][e0 + 1])
                + cw * ((1 - ew) * table[c0 + 1][e0] + ew * table[c0 + 1][e0 + 1]);
    }

    private static double clamp(double value, double highest) {
        return Math.max(0, Math.min(highest, value));
    }

    /** Probabilities of an amount being j steps of threshold/STEPS, rounded. */
    private double[] severity(double logExcess) {
        double[] f = new double[STEPS + 1];
        double below = 0;
        for (int j = 0; j <= STEPS; j++) {
            double upTo = Draws.normalCdf((Math.log((j + 0.5) / STEPS) - logExcess) / sigma);
            f[j] = upTo - below;
            below = upTo;
        }
        // The last cell ends at the threshold itself, where "above" begins.
        f[STEPS] =
                Math.max(
                        0,
                        Draws.normalCdf(-logExcess / sigma)
                                - Draws.normalCdf(
                                        (Math.log((STEPS - 0.5) / STEPS) - logExcess) / sigma));
        return f;
    }

    private static double exceedance(double expectedCount, double[] f) {
        double[] g = new double[STEPS + 1];
        g[0] = Math.exp(-expectedCount * (1 - f[0]));
        double below = g[0];
        for (int s = 1; s <= STEPS; s++) {
            double sum = 0;
            for (int j = 1; j <= s; j++) {
                sum += j * f[j] * g[s - j];
            }
            g[s] = expectedCount / s * sum;
            below += g[s];
        }
        return Math.max(0, Math.min(1, 1 - below));
    }
}
