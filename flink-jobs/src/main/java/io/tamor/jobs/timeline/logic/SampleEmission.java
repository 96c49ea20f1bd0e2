package io.tamor.jobs.timeline.logic;

import io.tamor.schemas.Sample;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Makes the samples of a closed stage: one for each label set. */
final class SampleEmission {
    private final List<String> sets;
    private final TimelineTally tally;
    private final TimelineOutput out;

    SampleEmission(List<String> sets, TimelineTally tally, TimelineOutput out) {
        this.sets = sets;
        this.tally = tally;
        this.out = out;
    }

    void emit(String userId, ClosedStage stage, FrozenSample features) {
        boolean[] masks = stage.masks();
        List<Boolean> maskList = new ArrayList<>(masks.length);
        List<Float> weights = new ArrayList<>(masks.length);
        for (boolean mask : masks) {
            maskList.add(mask);
            weights.add(1f);
        }
        for (int set = 0; set < sets.size(); set++) {
            List<Float> labels = new ArrayList<>(masks.length);
            for (int t = 0; t < masks.length; t++) {
                float label = masks[t] ? stage.labels()[set * masks.length + t] : 0f;
                labels.add(label);
                if (masks[t]) {
                    tally.label(set, t, label);
                }
            }
            tally.samples.add(1);
            out.sample(
                    Sample.newBuilder()
                            .setImpressionId(features.impressionId())
                            .setLabelSet(sets.get(set))
                            .setStage(stage.stage())
                            .setLastStage(stage.last())
                            .setUserId(userId)
                            .setItemId(features.itemId())
                            .setScenario(features.scenario())
                            .setTier(features.tier())
                            .setImpressionTimeMs(stage.impression().timeMs)
                            .setMaturedAtMs(stage.maturedAtMs())
                            .setFeatureSchema(features.featureSchema())
                            .setCategorical(ByteBuffer.wrap(features.categorical()))
                            .setDense(ByteBuffer.wrap(features.dense()))
                            .setLabels(labels)
                            .setMasks(maskList)
                            .setWeights(weights)
                            .setAmountMinor(stage.impression().amountMinor(set))
                            .build());
        }
        if (stage.last()) {
            tally.completed.add(1);
        }
    }
}
