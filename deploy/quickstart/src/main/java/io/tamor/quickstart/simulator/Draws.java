package io.tamor.quickstart.simulator;

import java.util.SplittableRandom;
import org.apache.commons.math3.distribution.NormalDistribution;

/**
 * Draws by inverse distribution functions: one uniform number a draw, so that a stream of random
 * numbers gives the same draws on every Java.
 */
final class Draws {
    private static final NormalDistribution NORMAL = new NormalDistribution(null, 0, 1);

    private Draws() {}

    /** A stream of its own for each purpose and number under a seed. */
    static SplittableRandom stream(long seed, long purpose, long number) {
        SplittableRandom mixer = new SplittableRandom(seed ^ (purpose * 0x9E3779B97F4A7C15L));
        long base = mixer.nextLong();
        return new SplittableRandom(
                new SplittableRandom(base + number * 0xD1342543DE82EF95L).nextLong());
    }

    /** Uniform in (0, 1), both ends excluded. */
    static double uniform(SplittableRandom random) {
        return ((random.nextLong() >>> 12) + 0.5) * 0x1.0p-52;
    }

    static boolean happens(SplittableRandom random, double probability) {
        return uniform(random) < probability;
    }

    static double gaussian(SplittableRandom random) {
        return NORMAL.inverseCumulativeProbability(uniform(random));
    }

    /** With mean 1. */
    static double exponential(SplittableRandom random) {
        return -Math.log(uniform(random));
    }

    /** P(standard normal variable is at most x). */
    static double normalCdf(double x) {
        return NORMAL.cumulativeProbability(x);
    }

    /** Log-normal with the given median and sigma, cut at {@code bound}: never above it. */
    static double logNormalWithin(
            SplittableRandom random, double median, double sigma, double bound) {
        if (bound <= 0) {
            return 0;
        }
        double cut = normalCdf(Math.log(bound / median) / sigma);
        double u = uniform(random) * cut;
        if (u <= 0) {
            return bound;
        }
        return Math.min(bound, median * Math.exp(sigma * NORMAL.inverseCumulativeProbability(u)));
    }

    /** Lomax (Pareto from 0), heavy-tailed, cut at {@code bound}: never above it. */
    static double lomaxWithin(SplittableRandom random, double scale, double alpha, double bound) {
        if (bound <= 0) {
            return 0;
        }
        double cut = 1 - Math.pow(1 + bound / scale, -alpha);
        double u = uniform(random) * cut;
        return Math.min(bound, scale * (Math.pow(1 - u, -1 / alpha) - 1));
    }

    static double sigmoid(double logit) {
        return 1 / (1 + Math.exp(-logit));
    }
}
