package io.tamor.jobs.learner.logic;

import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.config.SampleSchema;
import io.tamor.jobs.config.TaskOptions;
import io.tamor.schemas.RejectionCause;
import io.tamor.schemas.Sample;
import io.tamor.schemas.wire.FeatureWire;
import io.tamor.schemas.wire.MalformedRecordException;
import io.tamor.schemas.wire.SampleView;
import java.io.Serializable;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a sample must be before it may reach a gradient. The first rule broken names the cause:
 * another feature schema, a shape or name the model does not know, a number it could be poisoned
 * with.
 */
public final class SampleRules implements Serializable {
    /**
     * Largest absolute dense value or amount accepted. Beyond any real one, and its square is far
     * inside a float's range.
     */
    public static final float LARGEST_VALUE = (float) 1e15;

    /** Largest loss weight accepted. */
    public static final float LARGEST_WEIGHT = 1e6f;

    /** Room on the wire for all but names and features, with a thousand tasks. */
    private static final int BYTES_BESIDE = 1 << 14;

    private final SampleSchema schema;
    private final String labelSet;
    private final Set<String> tiers;
    private final Set<String> scenarios;

    /** Why a sample is refused: the cause, and what was wanted and found. */
    public record Refusal(RejectionCause cause, String detail) {}

    public SampleRules(Deployment deployment) {
        this.schema = deployment.sampleSchema();
        this.labelSet = deployment.learnedLabelSet();
        this.tiers = new LinkedHashSet<>(deployment.tiers().names());
        this.scenarios = new LinkedHashSet<>(deployment.scenarios());
    }

    /** True of a sample of the label set that is learned, or from before sets had names. */
    public boolean learns(Sample sample) {
        return sample.getLabelSet().equals(labelSet) || sample.getLabelSet().isEmpty();
    }

    /** Null where the sample, found under a user's key, may be trained. */
    public @Nullable Refusal check(Sample sample, String key) {
        if (sample.getFeatureSchema() != schema.fingerprint()) {
            return refuse(
                    RejectionCause.WRONG_SCHEMA,
                    "feature schema: this learner's is %016x, the sample's %016x; run timeline and"
                            + " learner with the same features and tasks",
                    schema.fingerprint(),
                    sample.getFeatureSchema());
        }
        if (!sample.getUserId().equals(key)) {
            return refuse(
                    RejectionCause.INVALID,
                    "userId: wanted the record's key %s, found %s",
                    key,
                    sample.getUserId());
        }
        Refusal shape = checkShape(sample);
        return shape != null ? shape : checkValues(sample);
    }

    private @Nullable Refusal checkShape(Sample sample) {
        int tasks = schema.tasks().size();
        if (sample.getUserId().isEmpty() || sample.getImpressionId().isEmpty()) {
            return refuse(RejectionCause.INVALID, "userId and impressionId must not be empty");
        }
        if (!tiers.contains(sample.getTier())) {
            return refuse(
                    RejectionCause.INVALID,
                    "tier: wanted one of %s, found %s",
                    tiers,
                    sample.getTier());
        }
        if (!scenarios.contains(sample.getScenario())) {
            return refuse(
                    RejectionCause.INVALID,
                    "scenario: wanted one of %s, found %s",
                    scenarios,
                    sample.getScenario());
        }
        if (sample.getLabels().size() != tasks
                || sample.getMasks().size() != tasks
                || sample.getWeights().size() != tasks) {
            return refuse(
                    RejectionCause.INVALID,
                    "labels, masks, weights: wanted %d of each, found %d, %d, %d",
                    tasks,
                    sample.getLabels().size(),
                    sample.getMasks().size(),
                    sample.getWeights().size());
        }
        if (mostBytes(sample) > SampleView.MOST_BYTES) {
            return refuse(
                    RejectionCause.INVALID,
                    "names, categorical and dense may have %d bytes at three a character, found %d",
                    SampleView.MOST_BYTES - BYTES_BESIDE,
                    mostBytes(sample) - BYTES_BESIDE);
        }
        if (sample.getMaturedAtMs() < sample.getImpressionTimeMs()) {
            return refuse(
                    RejectionCause.INVALID,
                    "maturedAtMs %d is before impressionTimeMs %d",
                    sample.getMaturedAtMs(),
                    sample.getImpressionTimeMs());
        }
        return null;
    }

    /** At least its length on the wire; numbers, labels, masks and weights are in the constant. */
    private static long mostBytes(Sample sample) {
        long characters =
                (long) sample.getImpressionId().length()
                        + sample.getUserId().length()
                        + sample.getItemId().length()
                        + sample.getLabelSet().length()
                        + sample.getScenario().length()
                        + sample.getTier().length();
        return BYTES_BESIDE
                + 3 * characters
                + sample.getCategorical().remaining()
                + sample.getDense().remaining();
    }

    private @Nullable Refusal checkValues(Sample sample) {
        float[] dense = new float[schema.dense().size()];
        try {
            FeatureWire.unpackDense(sample.getDense(), dense);
            FeatureWire.unpackCategorical(
                    sample.getCategorical(), schema.categorical().size(), (f, i, n, hash) -> {});
        } catch (MalformedRecordException e) {
            return new Refusal(RejectionCause.INVALID, String.valueOf(e.getMessage()));
        }
        for (int i = 0; i < dense.length; i++) {
            if (!(Math.abs(dense[i]) <= LARGEST_VALUE)) {
                return poisoned(
                        "dense feature " + schema.dense().get(i).name(),
                        "finite and within +-" + LARGEST_VALUE,
                        dense[i]);
            }
        }
        for (int t = 0; t < schema.tasks().size(); t++) {
            TaskOptions task = schema.tasks().get(t);
            float label = sample.getLabels().get(t);
            boolean amount = task.label() == TaskOptions.Label.AMOUNT;
            if (amount ? !(label >= 0 && label <= LARGEST_VALUE) : label != 0 && label != 1) {
                return poisoned(
                        "label of " + task.name(),
                        amount ? "an amount in [0, " + LARGEST_VALUE + "]" : "0 or 1",
                        label);
            }
            float weight = sample.getWeights().get(t);
            if (!(weight >= 0 && weight <= LARGEST_WEIGHT)) {
                return poisoned(
                        "weight of " + task.name(), "in [0, " + LARGEST_WEIGHT + "]", weight);
            }
        }
        return null;
    }

    private static Refusal poisoned(String what, String wanted, float found) {
        return refuse(RejectionCause.POISONED, "%s: wanted %s, found %s", what, wanted, found);
    }

    private static Refusal refuse(RejectionCause cause, String detail, Object... arguments) {
        return new Refusal(cause, String.format(Locale.ROOT, detail, arguments));
    }
}
