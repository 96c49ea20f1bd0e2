package io.tamor.quickstart.benchmark;

import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.config.SampleSchema;
import io.tamor.schemas.Sample;
import io.tamor.schemas.wire.FeatureWire;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Samples for any deployment, of chance, in order of maturity, some seconds apart. Frequent users
 * and categories are much more frequent than others, as they are in life. Every task is labelled,
 * and the first dense feature tells something of the labels, so that there is something to learn
 * and no version is worse than the one before it.
 */
public final class RandomSamples {
    private static final long START_MS = 1_700_006_400_000L;
    private static final long HOUR_MS = 3_600_000;
    private static final int STEP_MS = 2_000;
    private static final int VALUES = 100_000;

    private final Deployment deployment;
    private final SampleSchema schema;
    private final SplittableRandom random;
    private final int users;
    private long count;

    /**
     * Samples of a seed.
     *
     * @param users how many there are
     */
    public RandomSamples(Deployment deployment, int users, long seed) {
        this.deployment = deployment;
        this.schema = deployment.sampleSchema();
        this.random = new SplittableRandom(seed);
        this.users = users;
    }

    /** The next one. */
    public Sample next() {
        long maturedMs = START_MS + count * STEP_MS;
        long[][] hashes = new long[schema.categorical().size()][1];
        for (long[] hash : hashes) {
            hash[0] = 1 + 0x9E3779B97F4A7C15L * skewed(VALUES);
        }
        float[] dense = new float[schema.dense().size()];
        for (int i = 0; i < dense.length; i++) {
            dense[i] = (float) (random.nextDouble() - 0.5);
        }
        double rate = dense.length == 0 ? 0.5 : 0.5 + 0.8 * dense[0];
        List<Float> labels = new ArrayList<>();
        List<Boolean> masks = new ArrayList<>();
        List<Float> weights = new ArrayList<>();
        for (int task = 0; task < schema.tasks().size(); task++) {
            labels.add(random.nextDouble() < rate ? 1f : 0f);
            masks.add(true);
            weights.add(1f);
        }
        return Sample.newBuilder()
                .setImpressionId("impression-" + count++)
                .setLabelSet("")
                .setStage(0)
                .setLastStage(true)
                .setUserId("user-" + skewed(users))
                .setItemId("item")
                .setScenario(any(deployment.scenarios()))
                .setTier(any(deployment.tiers().names()))
                .setImpressionTimeMs(maturedMs - HOUR_MS)
                .setMaturedAtMs(maturedMs)
                .setFeatureSchema(schema.fingerprint())
                .setCategorical(FeatureWire.packCategorical(hashes))
                .setDense(FeatureWire.packDense(dense))
                .setLabels(labels)
                .setMasks(masks)
                .setWeights(weights)
                .setAmountMinor(0)
                .build();
    }

    private int skewed(int bound) {
        return (int) (Math.pow(random.nextDouble(), 3) * bound);
    }

    private String any(List<String> names) {
        return names.get(random.nextInt(names.size()));
    }
}
