package io.tamor.quickstart.simulator;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * A user: latent means and tastes that no event shows, a few noisy signs of them that every
 * impression carries, and what the user holds.
 */
final class User {
    /** Dimensions of taste. */
    static final int TASTES = 4;

    /** Log yuan of a usual investment of a user of average means. */
    private static final double USUAL_LOG_YUAN = Math.log(70);

    final int number;
    final String id;

    /** The user's own stream of random numbers. */
    final SplittableRandom random;

    /** Log of the user's means, standard normal: means are log-normal. */
    final double logMeans;

    /** Logit added to every click. */
    final double engagement;

    final double[] taste = new double[TASTES];

    /** Logit added to the clicks on a scenario. */
    final double[] affinity = new double[Scenario.all().size()];

    final double visitsPerDay;

    /** Investments a day that no card led to, in the mood of mean 1. */
    final double ownInvestmentsPerDay;

    /** Noisy signs of the latents, as impressions show them. */
    final Map<String, String> attributes = new LinkedHashMap<>();

    final double memberDays;

    /** What the user holds, fen. */
    long positionMinor;

    /** The impression clicked last in each scenario. */
    final @Nullable String[] lastClicked = new @Nullable String[Scenario.all().size()];

    /** Investments still expected of recent clicks, decaying. */
    double inFlight;

    long inFlightAtMs;

    int shownCount;
    int movedCount;
    int clickedCount;
    int convertedCount;
    long scheduledCount;

    User(int number, long seed) {
        this.number = number;
        this.id = String.format(Locale.ROOT, "u%07d", number);
        this.random = Draws.stream(seed, 2, number);
        logMeans = gaussian();
        engagement = 0.7 * gaussian();
        for (int i = 0; i < TASTES; i++) {
            taste[i] = gaussian();
        }
        for (Scenario scenario : Scenario.all()) {
            affinity[scenario.index()] = 0.6 * gaussian() + 0.4 * scenario.ticket() * logMeans;
        }
        visitsPerDay = 1.1 * Math.exp(0.5 * gaussian() - 0.125);
        ownInvestmentsPerDay = 0.05 * Math.exp(0.6 * logMeans + 0.3 * gaussian());
        attributes.put("age_band", ageBand());
        attributes.put("city", "tier-" + level(4, -0.5 * logMeans + 0.9 * gaussian()));
        attributes.put(
                "device",
                Draws.happens(random, Draws.sigmoid(0.8 * logMeans - 0.4)) ? "ios" : "android");
        attributes.put("risk_level", "r" + level(5, 0.7 * taste[0] + 0.7 * gaussian()));
        attributes.put("channel", "c" + random.nextInt(8));
        memberDays = Math.floor(30 + 400 * Draws.exponential(random));
        positionMinor = opening();
    }

    private double gaussian() {
        return Draws.gaussian(random);
    }

    private String ageBand() {
        double age = 20 + 50 * Draws.normalCdf(0.5 * logMeans + 0.85 * gaussian());
        int from = (int) (5 * Math.floor(age / 5));
        return from + "-" + (from + 4);
    }

    /** One of {@code levels} equally likely ones for a standard normal value, from 1. */
    private static int level(int levels, double value) {
        return 1 + (int) Math.min(levels - 1, Math.floor(levels * Draws.normalCdf(value)));
    }

    private long opening() {
        if (Draws.happens(random, 0.45)) {
            return 0;
        }
        return Math.max(1, Math.round(100 * Math.exp(6.7 + logMeans + 0.8 * gaussian())));
    }

    Tier tier() {
        return Tier.of(positionMinor);
    }

    /** Log yuan of this user's usual investment. */
    double usualLogYuan() {
        return USUAL_LOG_YUAN + 0.75 * logMeans;
    }
}
