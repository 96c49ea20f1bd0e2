package io.tamor.quickstart.simulator;

/**
 * The true law of what a shown card leads to, given everything the simulator knows when it is
 * shown: the user's latents and position, the card, the time.
 *
 * <pre>
 * click         with probability click; within the click window always
 * conversion    with probability conversion given a click; a share LATE_CONVERSIONS of them after the window
 * investment    with probability afterConversion or afterClick; a share LATE_INVESTMENTS of them after the
 *               window, and all of those that follow a late conversion
 * amount        log-normal with mean logYuan and sigma SIGMA of its logarithm
 * </pre>
 *
 * The probabilities of labels follow in closed form.
 */
record Funnel(
        double click,
        double conversion,
        double afterConversion,
        double afterClick,
        double logYuan) {

    static final double LATE_CONVERSIONS = 0.03;
    static final double LATE_INVESTMENTS = 0.06;

    /** Sigma of the log of an amount. */
    static final double SIGMA = 0.8;

    static Funnel of(User user, Tier tier, Card card, double drift) {
        Scenario scenario = card.scenario();
        double match = user.affinity[scenario.index()];
        double liking = 0;
        for (int i = 0; i < User.TASTES; i++) {
            liking += user.taste[i] * card.taste()[i];
        }
        double means = user.logMeans;
        double investment =
                0.15
                        + scenario.investment().of(tier)
                        + 0.9 * means
                        + 0.2 * match
                        - 0.3 * card.ticket();
        return new Funnel(
                Draws.sigmoid(
                        scenario.click().of(tier)
                                + card.appeal()
                                + user.engagement
                                + match
                                + liking
                                + drift),
                Draws.sigmoid(
                        0.35
                                + scenario.conversion()
                                + card.ease()
                                + 0.4 * match
                                + 0.4 * liking
                                + 0.3 * means),
                Draws.sigmoid(investment),
                Draws.sigmoid(investment - 3),
                user.usualLogYuan() + scenario.ticket() + card.ticket() + tierTicket(tier));
    }

    private static double tierTicket(Tier tier) {
        return switch (tier) {
            case NONE -> -0.25;
            case LOW -> 0;
            case HIGH -> 0.35;
        };
    }

    /** P(conversion label): clicked, converted, in time. */
    double conversionLabel() {
        return click * conversion * (1 - LATE_CONVERSIONS);
    }

    /** P(investment label): an investment in time. */
    double investmentLabel() {
        return click
                * (1 - LATE_INVESTMENTS)
                * (conversion * (1 - LATE_CONVERSIONS) * afterConversion
                        + (1 - conversion) * afterClick);
    }

    /** P(an amount above the threshold), exact for amounts rounded to whole fen. */
    double amountAbove(long thresholdMinor) {
        double logThreshold = Math.log((thresholdMinor + 0.5) / 100);
        return Draws.normalCdf((logYuan - logThreshold) / SIGMA);
    }

    /** Expected amount attributed, yuan. */
    double expectedYuan() {
        return investmentLabel() * Math.exp(logYuan + SIGMA * SIGMA / 2);
    }

    /** Expected investments of a click, in time or not. */
    double investmentsPerClick() {
        return conversion * afterConversion + (1 - conversion) * afterClick;
    }
}
