package io.tamor.jobs.learner.logic;

import static org.assertj.core.api.Assertions.assertThat;

import io.tamor.jobs.config.Deployment;
import io.tamor.schemas.RejectionCause;
import io.tamor.schemas.Sample;
import io.tamor.schemas.wire.FeatureWire;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SampleRulesTest {
    @TempDir Path folder;
    private Deployment deployment;
    private Sample good;

    @BeforeEach
    void generate() {
        deployment = TestingSamples.deployment(folder, 8);
        good = TestingSamples.generate(deployment, 1, 3).get(0);
    }

    @Test
    void aGoodSamplePasses() {
        assertThat(new SampleRules(deployment).check(good, good.getUserId())).isNull();
    }

    @Test
    void oneLabelSetIsLearned() {
        Deployment two =
                TestingSamples.deployment(
                        folder,
                        "attribution: {rule: last-click, scope: same-scenario, window: 3 d}",
                        """
                        label_sets:
                            - {name: near, attribution: {rule: last-click, scope: any, window: 1 d}}
                            - {name: net, attribution: {rule: first-click, scope: any, window: 3 d}}
                        """);
        SampleRules first = new SampleRules(two);
        assertThat(first.learns(ofSet("near"))).isTrue();
        assertThat(first.learns(ofSet("net"))).isFalse();
        assertThat(first.learns(ofSet(""))).as("from before sets had names").isTrue();
        assertThat(new SampleRules(deployment).learns(ofSet("default"))).isTrue();
    }

    private Sample ofSet(String name) {
        return Sample.newBuilder(good).setLabelSet(name).build();
    }

    @Test
    void anotherFeatureSchemaIsNamedWithBothFingerprints() {
        assertThat(refusal(b -> b.setFeatureSchema(17)).cause())
                .isEqualTo(RejectionCause.WRONG_SCHEMA);
        assertThat(refusal(b -> b.setFeatureSchema(17)).detail())
                .contains("0000000000000011")
                .contains(String.format("%016x", deployment.sampleSchema().fingerprint()));
    }

    @Test
    void numbersThatWouldPoisonAGradientAreRefused() {
        for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, -3e20f}) {
            poisoned(b -> b.setDense(dense(bad)));
            poisoned(b -> b.setLabels(first(good.getLabels(), bad)));
            poisoned(b -> b.setWeights(first(good.getWeights(), bad)));
        }
        poisoned(b -> b.setLabels(first(good.getLabels(), 0.5f)));
        poisoned(b -> b.setWeights(first(good.getWeights(), -1f)));
    }

    @Test
    void shapesAndNamesTheModelDoesNotKnowAreRefused() {
        invalid(b -> b.setTier("platinum"), "platinum");
        invalid(b -> b.setScenario("loans"), "loans");
        invalid(b -> b.setLabels(List.of(1f)), "wanted 5 of each, found 1");
        invalid(b -> b.setDense(ByteBuffer.wrap(new byte[3])), "3");
        invalid(b -> b.setCategorical(ByteBuffer.wrap(new byte[] {9})), "categorical");
        invalid(b -> b.setMaturedAtMs(0), "before");
        invalid(b -> b.setUserId(""), "key");
        invalid(b -> b.setItemId("i".repeat(1 << 20)), "three a character");
    }

    @Test
    void theLongestSampleThatPassesHasAView() {
        Sample longest = Sample.newBuilder(good).setItemId("\u4e2d".repeat(343_000)).build();
        assertThat(new SampleRules(deployment).check(longest, good.getUserId())).isNull();
        assertThat(new SampleReader(deployment).of(longest, "", 0).maturedAtMs())
                .isEqualTo(good.getMaturedAtMs());
    }

    private void poisoned(Consumer<Sample.Builder> change) {
        assertThat(refusal(change).cause()).isEqualTo(RejectionCause.POISONED);
    }

    private void invalid(Consumer<Sample.Builder> change, String says) {
        assertThat(refusal(change).cause()).isEqualTo(RejectionCause.INVALID);
        assertThat(refusal(change).detail()).contains(says);
    }

    private SampleRules.Refusal refusal(Consumer<Sample.Builder> change) {
        Sample.Builder builder = Sample.newBuilder(good);
        change.accept(builder);
        return new SampleRules(deployment).check(builder.build(), good.getUserId());
    }

    private ByteBuffer dense(float bad) {
        float[] values = new float[deployment.sampleSchema().dense().size()];
        values[values.length - 1] = bad;
        return FeatureWire.packDense(values);
    }

    private static List<Float> first(List<Float> values, float bad) {
        List<Float> changed = new ArrayList<>(values);
        changed.set(0, bad);
        return changed;
    }
}
