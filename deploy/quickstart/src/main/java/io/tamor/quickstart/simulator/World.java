package io.tamor.quickstart.simulator;

import java.util.ArrayList;
import java.util.List;

/**
 * What all users share: the cards, how the scenarios' appeal drifts over the weeks, the market's
 * mood, the hours of the day. A pure function of the seed.
 */
final class World {
    static final int CARDS_PER_SCENARIO = 20;

    private static final long DAY_MS = 86_400_000L;
    private static final double HIGHEST_MOOD = 1.3;
    private static final double MOOD_DAYS = 21;

    /** Visits by hour of the day, UTC; their mean is 1. */
    private static final double[] HOURS = {
        0.8, 1.1, 1.3, 1.2, 1.4, 1.5, 1.3, 1.2, 1.1, 1.2, 1.3, 1.5,
        1.8, 1.9, 1.6, 1.1, 0.5, 0.3, 0.2, 0.1, 0.1, 0.2, 0.5, 0.8
    };

    private final long startMs;
    private final double spanDays;
    private final List<List<Card>> cards = new ArrayList<>();
    private final double[] phase = new double[Scenario.all().size()];
    private final double[] trend = new double[Scenario.all().size()];

    World(SimulatorOptions options) {
        this.startMs = options.start().toEpochMilli();
        this.spanDays = (double) options.span().toMillis() / DAY_MS;
        var random = Draws.stream(options.seed(), 1, 0);
        for (Scenario scenario : Scenario.all()) {
            List<Card> own = new ArrayList<>();
            for (int i = 0; i < CARDS_PER_SCENARIO; i++) {
                own.add(Card.draw(scenario, i, random));
            }
            cards.add(List.copyOf(own));
            phase[scenario.index()] = Draws.uniform(random);
            trend[scenario.index()] = 0.8 * Draws.uniform(random) - 0.4;
        }
    }

    List<Card> cards(Scenario scenario) {
        return cards.get(scenario.index());
    }

    /** Logit added to a scenario's clicks at a time: a wave of two weeks on a trend. */
    double drift(Scenario scenario, long timeMs) {
        double days = (double) (timeMs - startMs) / DAY_MS;
        int s = scenario.index();
        return 0.3 * Math.sin(2 * Math.PI * (days / 14 + phase[s]))
                + trend[s] * (days / spanDays - 0.5);
    }

    /** Factor of the rate at which people invest on their own. */
    double mood(long timeMs) {
        double days = (double) (timeMs - startMs) / DAY_MS;
        return 1 + (HIGHEST_MOOD - 1) * Math.sin(2 * Math.PI * days / MOOD_DAYS);
    }

    /** Bound of {@link #mood}. */
    double highestMood() {
        return HIGHEST_MOOD;
    }

    /** Integral of {@link #mood} over {@code [fromMs, toMs]}, in days. */
    double moodDays(long fromMs, long toMs) {
        double from = (double) (fromMs - startMs) / DAY_MS;
        double to = (double) (toMs - startMs) / DAY_MS;
        double turn = 2 * Math.PI / MOOD_DAYS;
        return to
                - from
                + (HIGHEST_MOOD - 1) / turn * (Math.cos(turn * from) - Math.cos(turn * to));
    }

    /** Factor of the rate of visits at a time. */
    double hourFactor(long timeMs) {
        return HOURS[(int) Math.floorMod(timeMs / 3_600_000L, 24L)];
    }

    /** Bound of {@link #hourFactor}. */
    double highestHourFactor() {
        return 1.9;
    }
}
