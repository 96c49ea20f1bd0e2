package io.tamor.quickstart.simulator;

/**
 * The true probability of every label of an impression, given all that the simulator knows when it
 * is shown; what the best possible model would predict.
 *
 * @param userTotal of the user's total investment, whichever card led to it; the best computable
 *     one, not exact: see {@code docs/simulator.md}
 * @param expectedYuan expected amount attributed
 */
public record Truth(
        String impressionId,
        double click,
        double conversion,
        double investment,
        double largeInvestment,
        double userTotal,
        double expectedYuan) {}
