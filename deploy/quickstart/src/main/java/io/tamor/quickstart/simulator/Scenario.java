package io.tamor.quickstart.simulator;

import java.util.List;

/**
 * One of the six business lines, and how it truly differs from the others. Figures are logits
 * unless said otherwise.
 *
 * @param popularity share of the cards shown
 * @param click by tier
 * @param conversion given a click
 * @param investment given a click, by tier
 * @param ticket how much dearer its products are, in log yuan
 */
record Scenario(
        int index,
        String label,
        double popularity,
        ByTier click,
        double conversion,
        ByTier investment,
        double ticket) {

    /** A figure for each tier. */
    record ByTier(double none, double low, double high) {
        double of(Tier tier) {
            return switch (tier) {
                case NONE -> none;
                case LOW -> low;
                case HIGH -> high;
            };
        }
    }

    private static final List<Scenario> ALL =
            List.of(
                    new Scenario(
                            0,
                            "cash",
                            0.26,
                            new ByTier(-1.15, -1.75, -2.45),
                            -0.35,
                            new ByTier(0.20, 0.00, -0.30),
                            -0.55),
                    new Scenario(
                            1,
                            "bond",
                            0.20,
                            new ByTier(-2.05, -1.55, -1.75),
                            -0.75,
                            new ByTier(-0.20, 0.25, 0.20),
                            -0.10),
                    new Scenario(
                            2,
                            "mixed",
                            0.17,
                            new ByTier(-2.45, -1.60, -1.30),
                            -0.85,
                            new ByTier(-0.35, 0.20, 0.40),
                            0.15),
                    new Scenario(
                            3,
                            "equity",
                            0.15,
                            new ByTier(-2.30, -1.85, -1.15),
                            -1.05,
                            new ByTier(-0.50, 0.00, 0.55),
                            0.45),
                    new Scenario(
                            4,
                            "gold",
                            0.12,
                            new ByTier(-1.70, -1.95, -2.15),
                            -0.80,
                            new ByTier(-0.10, 0.00, -0.10),
                            -0.25),
                    new Scenario(
                            5,
                            "insurance",
                            0.10,
                            new ByTier(-2.85, -2.20, -1.60),
                            -1.25,
                            new ByTier(-0.60, 0.10, 0.65),
                            0.70));

    static List<Scenario> all() {
        return ALL;
    }

    /** The scenario of a uniform number in [0, 1), by popularity. */
    static Scenario of(double uniform) {
        double rest = uniform;
        for (Scenario scenario : ALL) {
            rest -= scenario.popularity;
            if (rest < 0) {
                return scenario;
            }
        }
        return ALL.get(0);
    }
}
