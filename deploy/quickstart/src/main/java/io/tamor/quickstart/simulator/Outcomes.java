package io.tamor.quickstart.simulator;

import java.util.SplittableRandom;

/**
 * What one shown card led to, drawn at once from its {@link Funnel}: event times in epoch
 * milliseconds, {@link #NEVER} where nothing happened.
 */
record Outcomes(long clickMs, long conversionMs, long investmentMs, long amountMinor) {
    static final long NEVER = Long.MAX_VALUE;

    private static final double SECOND = 1_000;
    private static final double HOUR = 3_600 * SECOND;
    private static final double DAY = 24 * HOUR;

    /** Nothing comes later than this after its window. */
    private static final double LONGEST_TAIL = 30 * DAY;

    static Outcomes draw(
            Funnel funnel, long shownMs, LabelHorizons horizons, SplittableRandom random) {
        if (!Draws.happens(random, funnel.click())) {
            return new Outcomes(NEVER, NEVER, NEVER, 0);
        }
        long click = shownMs + seconds(random, horizons.clickMs());
        long conversion = NEVER;
        long investment = NEVER;
        double invests = funnel.afterClick();
        long cause = click;
        boolean late = Draws.happens(random, Funnel.LATE_INVESTMENTS);
        if (Draws.happens(random, funnel.conversion())) {
            invests = funnel.afterConversion();
            if (Draws.happens(random, Funnel.LATE_CONVERSIONS)) {
                conversion = tail(random, shownMs + horizons.conversionMs());
                late = true;
            } else {
                conversion = click + minutes(random, shownMs + horizons.conversionMs() - click);
            }
            cause = conversion;
        }
        long amount = 0;
        if (Draws.happens(random, invests)) {
            long end = shownMs + horizons.investmentMs();
            investment =
                    late ? tail(random, Math.max(end, cause)) : cause + days(random, end - cause);
            amount = amount(random, funnel.logYuan());
        }
        return new Outcomes(click, conversion, investment, amount);
    }

    /** A click: some seconds, at most the bound. */
    private static long seconds(SplittableRandom random, long boundMs) {
        return positive(Draws.logNormalWithin(random, 6 * SECOND, 1.1, (double) boundMs), boundMs);
    }

    /** A conversion: minutes, sometimes hours. */
    private static long minutes(SplittableRandom random, long boundMs) {
        return positive(
                Draws.logNormalWithin(random, 480 * SECOND, 1.6, (double) boundMs), boundMs);
    }

    /** An investment: hours to days, heavy-tailed. */
    private static long days(SplittableRandom random, long boundMs) {
        return positive(Draws.lomaxWithin(random, 5 * HOUR, 1.1, (double) boundMs), boundMs);
    }

    /** Later than the end of a window, heavy-tailed. */
    private static long tail(SplittableRandom random, long endMs) {
        return endMs + 1 + Math.round(Draws.lomaxWithin(random, 12 * HOUR, 1.3, LONGEST_TAIL));
    }

    private static long positive(double delay, long boundMs) {
        return Math.min(boundMs, Math.max(1, Math.round(delay)));
    }

    /** Fen, at least one. */
    static long amount(SplittableRandom random, double logYuan) {
        return Math.max(
                1, Math.round(100 * Math.exp(logYuan + Funnel.SIGMA * Draws.gaussian(random))));
    }
}
