package io.tamor.quickstart.simulator;

import java.util.Locale;
import java.util.SplittableRandom;

/**
 * A card of the app.
 *
 * @param taste which tastes it speaks to, {@link User#TASTES} numbers
 * @param appeal logit added to its clicks
 * @param ease logit added to its conversions
 * @param ticket log yuan added to its investments
 * @param risk product risk, 1 to 5
 * @param yieldPercent promised, a noisy sign of its appeal
 * @param minimumYuan lowest subscription stated, a noisy sign of its ticket
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, never changed
record Card(
        String id,
        Scenario scenario,
        double[] taste,
        double appeal,
        double ease,
        double ticket,
        int risk,
        String term,
        double yieldPercent,
        double minimumYuan) {

    private static final String[] TERMS = {"open", "30d", "90d", "1y", "3y"};

    static Card draw(Scenario scenario, int number, SplittableRandom random) {
        double[] taste = new double[User.TASTES];
        for (int i = 0; i < taste.length; i++) {
            taste[i] = 0.2 * Draws.gaussian(random);
        }
        double appeal = 0.5 * Draws.gaussian(random);
        double ease = 0.35 * Draws.gaussian(random);
        double ticket = 0.25 * Draws.gaussian(random);
        int risk =
                (int)
                        Math.max(
                                1,
                                Math.min(
                                        5,
                                        Math.round(
                                                3
                                                        + 1.5 * scenario.ticket()
                                                        + 3 * taste[0]
                                                        + 0.7 * Draws.gaussian(random))));
        return new Card(
                String.format(Locale.ROOT, "%s-%02d", scenario.label(), number),
                scenario,
                taste,
                appeal,
                ease,
                ticket,
                risk,
                TERMS[random.nextInt(TERMS.length)],
                2.5 + appeal + 0.3 * Draws.gaussian(random),
                Math.exp(2.5 + scenario.ticket() + ticket + 0.3 * Draws.gaussian(random)));
    }
}
