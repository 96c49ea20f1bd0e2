package io.tamor.jobs.learner.logic;

import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.config.SampleSchema;
import io.tamor.jobs.config.TaskOptions;
import io.tamor.schemas.Sample;
import io.tamor.schemas.wire.MalformedRecordException;
import io.tamor.schemas.wire.RecordWire;
import io.tamor.schemas.wire.SampleView;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes queued samples of wire bytes. Nearly all are as they should be, and that is seen in the
 * bytes; for all others null is answered, and {@link RecordWire} and {@link SampleRules} say what
 * is to be said of them. Not thread-safe.
 */
public final class SampleReader {
    private final RecordWire<Sample> wire = RecordWire.of(Sample.class);
    private final SampleSchema schema;
    private final byte[] labelSet;
    private final byte[][] tiers;
    private final byte[][] scenarios;
    private final boolean[] amounts;

    public SampleReader(Deployment deployment) {
        schema = deployment.sampleSchema();
        labelSet = utf8(deployment.learnedLabelSet());
        tiers = utf8(deployment.tiers().names());
        scenarios = utf8(deployment.scenarios());
        amounts = new boolean[schema.tasks().size()];
        for (int t = 0; t < amounts.length; t++) {
            amounts[t] = schema.tasks().get(t).label() == TaskOptions.Label.AMOUNT;
        }
    }

    /**
     * The sample in the bytes where {@link SampleRules} pass it and its label set is the one that
     * is learned; null where that cannot be seen at once.
     */
    public @Nullable QueuedSample read(byte[] bytes, String key, String partition, long offset) {
        SampleView view = SampleView.of(bytes);
        return view != null && learns(view) && passes(view) && view.userId().equals(key)
                ? queued(view, key, partition, offset)
                : null;
    }

    /** A sample that has been checked. */
    public QueuedSample of(Sample sample, String partition, long offset) {
        SampleView view = SampleView.of(wire.encode(sample));
        if (view == null) {
            throw new IllegalStateException(
                    "the view of samples does not fit their newest schema; it has to follow every"
                            + " new version");
        }
        return queued(view, sample.getUserId(), partition, offset);
    }

    /** A sample that was checked before its bytes were stored, by this build or an older one. */
    QueuedSample stored(byte[] bytes, String partition, long offset)
            throws MalformedRecordException {
        SampleView view = SampleView.of(bytes);
        return view == null
                ? of(wire.decode(bytes), partition, offset)
                : queued(view, view.userId(), partition, offset);
    }

    private QueuedSample queued(SampleView view, String userId, String partition, long offset) {
        return new QueuedSample(
                view,
                userId,
                view.tierAmong(tiers),
                view.scenarioAmong(scenarios),
                partition,
                offset);
    }

    private boolean learns(SampleView view) {
        return view.labelSetIs(labelSet) || view.labelSet().isEmpty();
    }

    private boolean passes(SampleView view) {
        return view.featureSchema() == schema.fingerprint()
                && view.hasUserId()
                && view.hasImpressionId()
                && view.tierAmong(tiers) >= 0
                && view.scenarioAmong(scenarios) >= 0
                && view.tasks() == amounts.length
                && view.maturedAtMs() >= view.impressionTimeMs()
                && view.denseCount() == schema.dense().size()
                && view.categoricalFits(schema.categorical().size())
                && valuesPass(view);
    }

    private boolean valuesPass(SampleView view) {
        for (int i = 0; i < view.denseCount(); i++) {
            if (!(Math.abs(view.dense(i)) <= SampleRules.LARGEST_VALUE)) {
                return false;
            }
        }
        for (int t = 0; t < amounts.length; t++) {
            float label = view.label(t);
            boolean sound =
                    amounts[t]
                            ? label >= 0 && label <= SampleRules.LARGEST_VALUE
                            : label == 0 || label == 1;
            float weight = view.weight(t);
            if (!sound || !(weight >= 0 && weight <= SampleRules.LARGEST_WEIGHT)) {
                return false;
            }
        }
        return true;
    }

    private static byte[][] utf8(List<String> names) {
        return names.stream().map(SampleReader::utf8).toArray(byte[][]::new);
    }

    private static byte[] utf8(String name) {
        return name.getBytes(StandardCharsets.UTF_8);
    }
}
