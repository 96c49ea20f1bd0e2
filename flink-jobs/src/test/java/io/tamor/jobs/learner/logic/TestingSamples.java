package io.tamor.jobs.learner.logic;

import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.config.DeploymentReader;
import io.tamor.jobs.config.FeatureOptions;
import io.tamor.jobs.config.SampleSchema;
import io.tamor.model.embedding.FeatureHash;
import io.tamor.schemas.Sample;
import io.tamor.schemas.wire.FeatureWire;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;

/** Seeded samples for the example deployment, with labels that its features explain in part. */
public final class TestingSamples {
    /** Maturity of the first sample: a midnight, UTC. */
    public static final long START_MS = 1_700_006_400_000L;

    private TestingSamples() {}

    /** The example deployment with a small mini-batch and snapshots in a folder. */
    public static Deployment deployment(Path folder, int batch) {
        return deployment(folder, "batch: 64", "batch: " + batch);
    }

    /** The example deployment with one text of its YAML replaced. */
    public static Deployment deployment(Path folder, String text, String replacement) {
        return deployment(folder, yaml -> yaml.replace(text, replacement));
    }

    /** The example deployment with its YAML changed. */
    public static Deployment deployment(Path folder, UnaryOperator<String> change) {
        return DeploymentReader.parse(
                "test",
                change.apply(yaml()).replace("file:///tmp/tamor", folder.toUri().toString()));
    }

    /** The example deployment's YAML. */
    public static String yaml() {
        try (InputStream yaml = TestingSamples.class.getResourceAsStream("/deployment.yaml")) {
            return new String(yaml.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Samples as a step takes them. */
    public static List<QueuedSample> queued(Deployment deployment, List<Sample> samples) {
        SampleReader reader = new SampleReader(deployment);
        return samples.stream().map(sample -> reader.of(sample, "", 0)).toList();
    }

    /** Samples in order of maturity, a few minutes apart, of a third as many users. */
    public static List<Sample> generate(Deployment deployment, int count, long seed) {
        Random random = new Random(seed);
        List<Sample> samples = new ArrayList<>();
        long maturedMs = START_MS;
        for (int i = 0; i < count; i++) {
            maturedMs += random.nextInt(20) == 0 ? 0 : random.nextInt(600_000);
            samples.add(sample(deployment, "i" + i, maturedMs, random, count / 3 + 1));
        }
        return samples;
    }

    private static Sample sample(
            Deployment deployment, String id, long maturedMs, Random random, int users) {
        SampleSchema schema = deployment.sampleSchema();
        int user = random.nextInt(users);
        int tier = user % deployment.tiers().names().size();
        long[][] hashes = new long[schema.categorical().size()][];
        for (int f = 0; f < hashes.length; f++) {
            FeatureOptions feature = schema.categorical().get(f);
            int values = random.nextInt(8) == 0 ? 0 : 1;
            hashes[f] = new long[values];
            for (int v = 0; v < values; v++) {
                hashes[f][v] = FeatureHash.hash(feature.name() + random.nextInt(40));
            }
        }
        float[] dense = new float[schema.dense().size()];
        for (int i = 0; i < dense.length; i++) {
            dense[i] = (float) random.nextGaussian() * 3;
        }
        List<Float> labels = new ArrayList<>();
        List<Boolean> masks = new ArrayList<>();
        List<Float> weights = new ArrayList<>();
        for (int t = 0; t < schema.tasks().size(); t++) {
            boolean known = random.nextInt(3) != 0;
            double rate = 0.15 + 0.2 * tier + (dense[0] > 0 ? 0.2 : 0);
            labels.add(known && random.nextDouble() < rate ? 1f : 0f);
            masks.add(known);
            weights.add(1f);
        }
        return Sample.newBuilder()
                .setImpressionId(id)
                .setLabelSet("")
                .setStage(0)
                .setLastStage(true)
                .setUserId("u" + user)
                .setItemId("item")
                .setScenario(
                        deployment.scenarios().get(random.nextInt(deployment.scenarios().size())))
                .setTier(deployment.tiers().names().get(tier))
                .setImpressionTimeMs(maturedMs - 900_000)
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
}
