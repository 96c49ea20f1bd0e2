package io.tamor.quickstart.simulator;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;

/**
 * The probability that a user's total investment of the coming period exceeds the threshold: a
 * compound Poisson law of the investments on the user's own (exact), those expected of recent
 * clicks and those of the cards still to be shown (at today's tier and drift).
 */
final class TotalInvestments {
    static final int MOST_CARDS = 4;

    private static final double DAY_MS = 86_400_000.0;
    private static final double CARDS_PER_VISIT = (1 + MOST_CARDS) / 2.0;

    /** Decay of what is expected of a click, about its mean time to the investment, days. */
    private static final double DELAY_DAYS = 0.25;

    /** Spread of log amounts over all cards: that of one card, and that between cards (0.45). */
    private static final double SIGMA = Math.hypot(Funnel.SIGMA, 0.45);

    private final World world;
    private final LabelHorizons horizons;
    private final long visitsEndMs;
    private final double logThreshold;
    private final TotalInvestmentLaw law = new TotalInvestmentLaw(SIGMA);
    private final Map<Tier, CardLaw[]> cardLaws = new EnumMap<>(Tier.class);

    TotalInvestments(World world, LabelHorizons horizons, long visitsEndMs) {
        this.world = world;
        this.horizons = horizons;
        this.visitsEndMs = visitsEndMs;
        this.logThreshold = Math.log(horizons.totalMinor() / 100.0);
    }

    /** Investments expected of one card shown to a user, and the log of their mean median yuan. */
    private record CardLaw(double investments, double logYuan) {}

    /** Log yuan of an investment that no card led to. */
    static double ownLogYuan(User user) {
        return user.usualLogYuan() + 0.3;
    }

    /** A click raises what is expected of the next days. */
    void clicked(User user, Funnel funnel, long now) {
        user.inFlight = inFlight(user, now) + funnel.investmentsPerClick();
        user.inFlightAtMs = now;
    }

    /** P(the sum of the user's investments in (now, now + period] is above the threshold). */
    double above(User user, long now) {
        double own = user.ownInvestmentsPerDay * world.moodDays(now, now + horizons.totalMs());
        double showDays =
                Math.max(0, Math.min(horizons.totalMs(), visitsEndMs - now)) / DAY_MS - DELAY_DAYS;
        CardLaw card = cardLaw(user);
        double cards =
                inFlight(user, now)
                        + Math.max(0, showDays)
                                * user.visitsPerDay
                                * CARDS_PER_VISIT
                                * card.investments();
        double yuan = own * Math.exp(ownLogYuan(user)) + cards * Math.exp(card.logYuan());
        double logYuan = Math.log(yuan / (own + cards));
        return law.above(own + cards, logYuan - logThreshold);
    }

    private static double inFlight(User user, long now) {
        return user.inFlight * Math.exp(-(now - user.inFlightAtMs) / (DELAY_DAYS * DAY_MS));
    }

    private CardLaw cardLaw(User user) {
        CardLaw[] laws = cardLaws.computeIfAbsent(user.tier(), tier -> new CardLaw[0]);
        if (laws.length <= user.number) {
            laws = Arrays.copyOf(laws, Math.max(1024, 2 * (user.number + 1)));
            cardLaws.put(user.tier(), laws);
        }
        CardLaw known = laws[user.number];
        if (known == null) {
            known = expected(user, user.tier());
            laws[user.number] = known;
        }
        return known;
    }

    /** Who holds nothing is out of that tier with the first investment: half of each. */
    private CardLaw expected(User user, Tier tier) {
        CardLaw now = average(user, tier);
        if (tier != Tier.NONE) {
            return now;
        }
        CardLaw then = average(user, Tier.LOW);
        return new CardLaw(
                (now.investments() + then.investments()) / 2, (now.logYuan() + then.logYuan()) / 2);
    }

    private CardLaw average(User user, Tier tier) {
        double investments = 0;
        double yuan = 0;
        for (Scenario scenario : Scenario.all()) {
            double share = scenario.popularity() / World.CARDS_PER_SCENARIO;
            for (Card card : world.cards(scenario)) {
                Funnel funnel = Funnel.of(user, tier, card, 0);
                double expected = share * funnel.click() * funnel.investmentsPerClick();
                investments += expected;
                yuan += expected * Math.exp(funnel.logYuan());
            }
        }
        return new CardLaw(investments, Math.log(yuan / investments));
    }
}
