package io.tamor.schemas.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.tamor.schemas.Sample;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SampleViewTest {
    private static final int CASES = 2000;
    private static final int FIELDS = 3;

    private final RecordWire<Sample> wire = RecordWire.of(Sample.class);

    @Test
    void whatTheViewReadsIsWhatTheRecordHolds() {
        for (int seed = 0; seed < CASES; seed++) {
            Random random = new Random(seed);
            long[][] hashes = new long[FIELDS][];
            for (int f = 0; f < FIELDS; f++) {
                hashes[f] = random.longs(random.nextInt(4)).toArray();
            }
            float[] dense = floats(random, 4);
            Sample sample = sample(random, hashes, dense);
            byte[] bytes = wire.encode(sample);
            SampleView view = SampleView.of(bytes);
            assertThat(view).as("seed %d", seed).isNotNull();
            assertThat(view.bytes()).isSameAs(bytes);
            assertThat(view.impressionId()).isEqualTo(sample.getImpressionId());
            assertThat(view.hasImpressionId()).isEqualTo(!sample.getImpressionId().isEmpty());
            assertThat(view.labelSet()).isEqualTo(sample.getLabelSet());
            assertThat(view.labelSetIs(utf8("set"))).isEqualTo(sample.getLabelSet().equals("set"));
            assertThat(view.stage()).isEqualTo(sample.getStage());
            assertThat(view.userId()).isEqualTo(sample.getUserId());
            assertThat(view.hasUserId()).isEqualTo(!sample.getUserId().isEmpty());
            assertThat(view.impressionTimeMs()).isEqualTo(sample.getImpressionTimeMs());
            assertThat(view.maturedAtMs()).isEqualTo(sample.getMaturedAtMs());
            assertThat(view.featureSchema()).isEqualTo(sample.getFeatureSchema());
            byte[][] names = {utf8("other"), utf8(sample.getTier()), utf8(sample.getScenario())};
            assertThat(view.tierAmong(names)).isEqualTo(1);
            assertThat(view.scenarioAmong(names)).isEqualTo(2);
            assertThat(view.tierAmong(new byte[][] {names[0]})).isEqualTo(-1);
            assertThat(view.tasks()).isEqualTo(sample.getLabels().size());
            for (int task = 0; task < view.tasks(); task++) {
                assertThat(view.label(task)).isEqualTo(sample.getLabels().get(task));
                assertThat(view.known(task)).isEqualTo(sample.getMasks().get(task));
                assertThat(view.weight(task)).isEqualTo(sample.getWeights().get(task));
            }
            assertThat(view.denseCount()).isEqualTo(dense.length);
            for (int i = 0; i < dense.length; i++) {
                assertThat(view.dense(i)).isEqualTo(dense[i]);
            }
            assertThat(view.categoricalFits(FIELDS)).isTrue();
            assertThat(view.categoricalFits(FIELDS - 1)).isFalse();
            assertThat(view.categoricalFits(FIELDS + 1)).isFalse();
            int at = view.firstField();
            for (long[] field : hashes) {
                assertThat(view.values(at)).isEqualTo(field.length);
                for (int i = 0; i < field.length; i++) {
                    assertThat(view.hash(at, i)).isEqualTo(field[i]);
                }
                at = view.nextField(at);
            }
        }
    }

    /** Where bytes are damaged there is no view of them, or one that decoding agrees with. */
    @Test
    void noViewIsGivenOfBytesThatDecodingRefuses() {
        for (int seed = 0; seed < CASES; seed++) {
            Random random = new Random(seed);
            byte[] bytes =
                    wire.encode(sample(random, new long[][] {{1}, {}, {2}}, floats(random, 2)));
            byte[] damaged = bytes.clone();
            damaged[random.nextInt(bytes.length)] = (byte) random.nextInt();
            assertAgrees(damaged, seed);
            assertAgrees(Arrays.copyOf(bytes, random.nextInt(bytes.length)), seed);
            assertAgrees(Arrays.copyOf(bytes, bytes.length + 1), seed);
        }
    }

    private void assertAgrees(byte[] bytes, int seed) {
        SampleView view = SampleView.of(bytes);
        if (view == null) {
            return;
        }
        try {
            Sample sample = wire.decode(bytes);
            assertThat(view.userId()).as("seed %d", seed).isEqualTo(sample.getUserId());
            assertThat(view.maturedAtMs()).isEqualTo(sample.getMaturedAtMs());
            assertThat(view.tasks()).isEqualTo(sample.getWeights().size());
        } catch (MalformedRecordException e) {
            throw new AssertionError("seed " + seed + ": a view of what does not decode", e);
        }
    }

    private static Sample sample(Random random, long[][] hashes, float[] dense) {
        int tasks = random.nextInt(4);
        List<Float> labels = new ArrayList<>();
        List<Boolean> masks = new ArrayList<>();
        List<Float> weights = new ArrayList<>();
        for (int task = 0; task < tasks; task++) {
            labels.add(random.nextFloat());
            masks.add(random.nextBoolean());
            weights.add(random.nextFloat());
        }
        return Sample.newBuilder()
                .setImpressionId(random.nextBoolean() ? "" : "印象-" + random.nextInt())
                .setLabelSet(random.nextBoolean() ? "" : "set")
                .setStage(random.nextInt(200))
                .setLastStage(random.nextBoolean())
                .setUserId(random.nextBoolean() ? "" : "user-" + random.nextLong())
                .setItemId("item")
                .setScenario("债券")
                .setTier("high")
                .setImpressionTimeMs(random.nextLong())
                .setMaturedAtMs(random.nextLong())
                .setFeatureSchema(random.nextLong())
                .setCategorical(FeatureWire.packCategorical(hashes))
                .setDense(dense.length == 0 ? ByteBuffer.allocate(0) : FeatureWire.packDense(dense))
                .setLabels(labels)
                .setMasks(masks)
                .setWeights(weights)
                .setAmountMinor(random.nextLong())
                .build();
    }

    private static float[] floats(Random random, int most) {
        float[] values = new float[random.nextInt(most + 1)];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextFloat();
        }
        return values;
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
