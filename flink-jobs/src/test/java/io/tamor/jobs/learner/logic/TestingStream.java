package io.tamor.jobs.learner.logic;

import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.config.SampleSchema;
import io.tamor.model.embedding.FeatureHash;
import io.tamor.schemas.Sample;
import io.tamor.schemas.wire.FeatureWire;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Predicate;

/**
 * A stream of days whose labels a model learns quickly: they hang on one dense feature. What goes
 * wrong on it, and when, is said by the test.
 */
public final class TestingStream {
    /** Samples a day, spread evenly. */
    public static final int A_DAY = 480;

    /** Rates of positive labels where the telling feature is low, and where it is high. */
    private static final double[] RATES = {0.1, 0.6};

    private static final long DAY_MS = Duration.ofDays(1).toMillis();

    private TestingStream() {}

    /** What one sample of the stream is. */
    public record Moment(int day, int tier) {}

    /** The day of an event time, from 0. */
    public static int day(long timeMs) {
        return (int) ((timeMs - TestingSamples.START_MS) / DAY_MS);
    }

    /**
     * Samples of several days, in order.
     *
     * @param there which samples there are
     * @param flipped whose labels are turned round
     */
    public static List<Sample> of(
            Deployment deployment,
            int days,
            long seed,
            Predicate<Moment> there,
            Predicate<Moment> flipped) {
        Random random = new Random(seed);
        List<Sample> samples = new ArrayList<>();
        for (int i = 0; i < days * A_DAY; i++) {
            int user = random.nextInt(60);
            Moment moment = new Moment(i / A_DAY, user % deployment.tiers().names().size());
            Sample sample = sample(deployment, i, user, moment, random, flipped.test(moment));
            if (there.test(moment)) {
                samples.add(sample);
            }
        }
        return samples;
    }

    private static Sample sample(
            Deployment deployment, int i, int user, Moment moment, Random random, boolean flip) {
        SampleSchema schema = deployment.sampleSchema();
        long[][] hashes = new long[schema.categorical().size()][];
        Arrays.setAll(hashes, f -> new long[] {FeatureHash.hash("v" + random.nextInt(5))});
        float[] dense = new float[schema.dense().size()];
        for (int d = 0; d < dense.length; d++) {
            dense[d] = (float) random.nextGaussian();
        }
        boolean high = random.nextBoolean();
        dense[0] = high ? 1 : -1;
        List<Float> labels = new ArrayList<>();
        for (int t = 0; t < schema.tasks().size(); t++) {
            boolean positive = random.nextDouble() < RATES[high ? 1 : 0];
            labels.add(positive != flip ? 1f : 0f);
        }
        long maturedMs = TestingSamples.START_MS + i * (DAY_MS / A_DAY);
        return Sample.newBuilder()
                .setImpressionId("i" + i)
                .setLabelSet("")
                .setStage(0)
                .setLastStage(true)
                .setUserId("u" + user)
                .setItemId("item")
                .setScenario(deployment.scenarios().get(0))
                .setTier(deployment.tiers().names().get(moment.tier()))
                .setImpressionTimeMs(maturedMs - 900_000)
                .setMaturedAtMs(maturedMs)
                .setFeatureSchema(schema.fingerprint())
                .setCategorical(FeatureWire.packCategorical(hashes))
                .setDense(FeatureWire.packDense(dense))
                .setLabels(labels)
                .setMasks(Collections.nCopies(labels.size(), true))
                .setWeights(Collections.nCopies(labels.size(), 1f))
                .setAmountMinor(0)
                .build();
    }
}
