package io.tamor.jobs.config;

import io.tamor.jobs.config.FeatureOptions.Side;
import io.tamor.jobs.config.FeatureOptions.Type;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The order of features and tasks inside a sample. Both jobs derive it from the configuration; its
 * fingerprint travels on every sample, so that a learner never reads a feature under another's
 * name.
 *
 * @param categorical hashed features, user side first, in configured order; the user row is none
 * @param dense numbers, user side first, in configured order
 * @param tasks labels, in configured order
 */
public record SampleSchema(
        List<FeatureOptions> categorical,
        List<FeatureOptions> dense,
        List<TaskOptions> tasks,
        long fingerprint)
        implements Serializable {

    static SampleSchema of(Deployment deployment) {
        List<FeatureOptions> categorical = new ArrayList<>();
        List<FeatureOptions> dense = new ArrayList<>();
        for (Side side : Side.values()) {
            for (FeatureOptions feature : deployment.features()) {
                if (feature.side() == side && feature.type() == Type.CATEGORICAL) {
                    categorical.add(feature);
                } else if (feature.side() == side && feature.type() == Type.DENSE) {
                    dense.add(feature);
                }
            }
        }
        return new SampleSchema(
                List.copyOf(categorical),
                List.copyOf(dense),
                deployment.tasks(),
                fingerprint(categorical, dense, deployment.tasks()));
    }

    /** The fingerprint as 16 hex digits, as snapshots hold it. */
    public String fingerprintText() {
        return String.format(Locale.ROOT, "%016x", fingerprint);
    }

    private static long fingerprint(
            List<FeatureOptions> categorical, List<FeatureOptions> dense, List<TaskOptions> tasks) {
        StringBuilder text = new StringBuilder("sample-schema 1\n");
        categorical.forEach(f -> text.append("categorical ").append(described(f)));
        dense.forEach(f -> text.append("dense ").append(described(f)));
        tasks.forEach(
                t ->
                        text.append("task ")
                                .append(t.name())
                                .append(' ')
                                .append(t.label())
                                .append('\n'));
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256")
                            .digest(text.toString().getBytes(StandardCharsets.UTF_8));
            return ByteBuffer.wrap(digest).getLong();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private static String meaning(FeatureOptions feature) {
        AggregateOptions aggregate = feature.aggregate();
        return aggregate == null ? String.valueOf(feature.from()) : aggregate.meaning();
    }

    /** Rows and dimensions are the model's, not the sample's, so they are left out. */
    private static String described(FeatureOptions feature) {
        return feature.side()
                + " "
                + feature.name()
                + " "
                + meaning(feature)
                + " "
                + feature.transform()
                + "\n";
    }
}
