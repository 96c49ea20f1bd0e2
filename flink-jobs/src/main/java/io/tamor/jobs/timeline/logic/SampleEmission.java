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
                    new Sample(
                            features.impressionId(),
                            sets.get(set),
                            stage.stage(),
                            stage.last(),
                            userId,
                            features.itemId(),
                            features.scenario(),
                            features.tier(),
                            stage.impression().timeMs,
                            stage.maturedAtMs(),
                            features.featureSchema(),
                            ByteBuffer.wrap(features.categorical()),
                            ByteBuffer.wrap(features.dense()),
                            labels,
                            maskList,
                            weights,
                            stage.impression().amountMinor(set)));
        }
        if (stage.last()) {
            tally.completed.add(1);
        }
    }
}
