package io.tamor.model.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tamor.model.config.AblationSpec;
import io.tamor.model.config.AdagradSpec;
import io.tamor.model.config.AdamSpec;
import io.tamor.model.config.DenseSpec;
import io.tamor.model.config.Encoding;
import io.tamor.model.config.FieldSpec;
import io.tamor.model.config.FtrlSpec;
import io.tamor.model.config.InputSpec;
import io.tamor.model.config.ModelSpec;
import io.tamor.model.config.OptimizerSpec;
import io.tamor.model.config.ScheduleSpec;
import io.tamor.model.config.Side;
import io.tamor.model.network.MiniBatch;
import io.tamor.model.network.TestingModels;
import io.tamor.model.tensor.Parameter;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.ndarray.INDArray;

class TrainerTest {
    private static final int ROWS = 16;

    static Stream<String> networks() {
        return TestingModels.all().keySet().stream();
    }

    private static ModelSpec model(String name) {
        return TestingModels.model(TestingModels.all().get(name));
    }

    private static ModelSpec normalised(ModelSpec spec, OptimizerSpec optimizer) {
        InputSpec in = spec.input();
        return new ModelSpec(
                spec.network(),
                new InputSpec(in.fields(), in.dense(), in.tiers(), in.scenarios(), true),
                spec.tasks(),
                optimizer,
                spec.seed());
    }

    private static byte[] state(Trainer trainer) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        trainer.writeState(new DataOutputStream(bytes));
        return bytes.toByteArray();
    }

    /** Without printing them: states are long. */
    private static void assertSame(byte[] found, byte[] wanted) {
        assertThat(Arrays.mismatch(found, wanted)).as("first byte that differs").isEqualTo(-1);
    }

    private static DataInputStream in(byte[] bytes) {
        return new DataInputStream(new ByteArrayInputStream(bytes));
    }

    @ParameterizedTest
    @MethodSource("networks")
    void theSameBatchesGiveTheSameBitsAndAResumedTrainerGoesOnWithThem(String name)
            throws IOException {
        ModelSpec spec = normalised(model(name), TestingModels.optimizer());
        Trainer straight = new Trainer(spec, ROWS);
        Trainer first = new Trainer(spec, ROWS);
        for (int i = 0; i < 6; i++) {
            straight.step(TestingModels.batch(spec, 5 + i, ROWS, i));
            if (i < 3) {
                first.step(TestingModels.batch(spec, 5 + i, ROWS, i));
            }
        }
        Trainer resumed = new Trainer(spec, ROWS);
        resumed.readState(in(state(first)));
        assertSame(state(resumed), state(first));
        for (int i = 3; i < 6; i++) {
            resumed.step(TestingModels.batch(spec, 5 + i, ROWS, i));
        }
        assertSame(state(resumed), state(straight));
        assertThat(resumed.steps()).isEqualTo(6);
    }

    /** Adam's corrections are of the moments' own age: an old model's are no larger steps. */
    @Test
    void anOldModelWithNewMomentsMovesNoFartherThanTheLearningRate() {
        AdamSpec adam = new AdamSpec(0.01, 0.9, 0.999, 1e-8);
        ModelSpec spec =
                new ModelSpec(
                        model("shared-bottom").network(),
                        model("shared-bottom").input(),
                        model("shared-bottom").tasks(),
                        new OptimizerSpec(adam, AdagradSpec.DEFAULT),
                        1);
        Trainer old = new Trainer(spec, ROWS);
        MiniBatch batch = TestingModels.batch(spec, ROWS, ROWS, 9);
        for (int i = 0; i < 2000; i++) {
            old.step(batch);
        }
        Trainer fresh = new Trainer(spec, ROWS);
        fresh.become(old.values());
        old.copyFrom(fresh);
        Map<String, INDArray> before = old.snapshotParameters();
        old.step(batch);
        assertThat(old.steps()).isEqualTo(2001);
        for (Parameter p : old.network().parameters().dense()) {
            INDArray moved = p.value().array().sub(before.get(p.name()));
            assertThat(moved.amaxNumber().doubleValue()).as(p.name()).isLessThan(0.0101);
        }
    }

    @ParameterizedTest
    @MethodSource("networks")
    void everyNetworkLearnsItsBatchByHeart(String name) {
        ModelSpec spec = model(name);
        Trainer trainer = new Trainer(spec, ROWS);
        MiniBatch batch = TestingModels.batch(spec, ROWS, ROWS, 9);
        double before = trainer.step(batch).totalLoss();
        for (int i = 0; i < 300; i++) {
            trainer.step(batch);
        }
        assertThat(trainer.step(batch).totalLoss()).isLessThan(0.5 * before);
    }

    @ParameterizedTest
    @MethodSource("networks")
    void aStepThatIsNotFiniteChangesNothing(String name) throws IOException {
        ModelSpec spec = normalised(model(name), TestingModels.optimizer());
        Trainer trainer = new Trainer(spec, ROWS);
        trainer.step(TestingModels.batch(spec, ROWS, ROWS, 1));
        byte[] before = state(trainer);
        MiniBatch poisoned = TestingModels.batch(spec, ROWS, ROWS, 2);
        poisoned.dense(3, 0, Float.NaN);
        assertThat(trainer.step(poisoned).applied()).isFalse();
        assertSame(state(trainer), before);
        MiniBatch label = TestingModels.batch(spec, ROWS, ROWS, 2);
        label.label(0, 3, Float.POSITIVE_INFINITY, 1f);
        assertThat(trainer.step(label).applied()).isFalse();
        MiniBatch weight = TestingModels.batch(spec, ROWS, ROWS, 2);
        weight.label(0, 0, 1f, 3e38f);
        weight.label(1, 0, 1f, 3e38f);
        trainer.step(weight);
        assertSame(state(trainer), before);
        assertThat(trainer.step(TestingModels.batch(spec, ROWS, ROWS, 2)).applied()).isTrue();
    }

    @ParameterizedTest
    @MethodSource("networks")
    void maskedLabelsTeachNothing(String name) {
        ModelSpec spec = model(name);
        Trainer trainer = new Trainer(spec, ROWS);
        Map<String, INDArray> before = trainer.snapshotParameters();
        MiniBatch unlabelled = TestingModels.batch(spec, 0, ROWS, 1);
        for (int i = 0; i < 5; i++) {
            unlabelled.category(unlabelled.addRow(), 0, i);
        }
        assertThat(trainer.step(unlabelled).totalLoss()).isZero();
        assertThat(trainer.snapshotParameters()).isEqualTo(before);
    }

    @ParameterizedTest
    @MethodSource("networks")
    void aModelReadFromItsParametersScoresTheSameBits(String name) {
        ModelSpec spec = normalised(model(name), TestingModels.optimizer());
        Trainer trainer = new Trainer(spec, ROWS);
        for (int i = 0; i < 4; i++) {
            trainer.step(TestingModels.batch(spec, ROWS, ROWS, i));
        }
        Trainer other = new Trainer(spec, 2 * ROWS);
        other.loadParameters(trainer.snapshotParameters());
        MiniBatch batch = TestingModels.batch(spec, ROWS, ROWS, 50);
        trainer.score(batch);
        other.score(batch);
        boolean decays = spec.network().labelTransfer() != null;
        for (int r = 0; r < ROWS; r++) {
            for (int t = 0; t < spec.tasks().size() && !decays; t++) {
                assertThat(other.prediction(r, t)).isEqualTo(trainer.prediction(r, t));
            }
        }
    }

    @Test
    void damagedStateAndForeignParametersAreRefused() throws IOException {
        Trainer trainer = new Trainer(model("tamor ONE_HOT 1"), ROWS);
        byte[] good = state(trainer);
        for (int at : new int[] {0, 7, 40, good.length / 2, good.length - 1}) {
            byte[] bad = good.clone();
            bad[at] ^= 0x40;
            assertThatThrownBy(() -> trainer.readState(in(bad))).isInstanceOf(IOException.class);
        }
        assertThatThrownBy(() -> trainer.readState(in(Arrays.copyOf(good, 999))))
                .isInstanceOf(IOException.class);
        Trainer soft = new Trainer(model("tamor SOFT 1"), ROWS);
        assertThatThrownBy(() -> soft.readState(in(good))).hasMessageContaining("another model");
        assertThatThrownBy(() -> soft.loadParameters(trainer.snapshotParameters()))
                .hasMessageContaining("user/encoding/logits");
    }

    @Test
    void externalRowsTravelInAndOut() {
        ModelSpec base = model("tamor ONE_HOT 1");
        List<FieldSpec> fields = new ArrayList<>(base.input().fields());
        fields.set(0, new FieldSpec("user", Side.USER, ROWS, 3, true));
        InputSpec in = base.input();
        InputSpec input = new InputSpec(fields, in.dense(), in.tiers(), in.scenarios(), false);
        for (FtrlSpec ftrl : Arrays.asList(null, new FtrlSpec(0.1, 1, 0, 0.1, 1))) {
            OptimizerSpec o = TestingModels.optimizer();
            ModelSpec spec =
                    new ModelSpec(
                            base.network(),
                            input,
                            base.tasks(),
                            new OptimizerSpec(o.adam(), o.adagrad(), ftrl, o.schedule()),
                            1);
            Trainer trainer = new Trainer(spec, ROWS);
            assertThat(trainer.snapshotParameters()).doesNotContainKey("embedding/user");
            float[] row = {0.5f, -0.25f, 1f};
            float[] acc = trainer.initialExternalAccumulators(0);
            assertThat(acc).hasSize(trainer.externalAccumulatorWidth(0));
            MiniBatch batch = TestingModels.batch(spec, 0, ROWS, 1);
            int r = batch.addRow();
            batch.category(r, 0, 4);
            batch.label(r, 0, 1f, 1f);
            trainer.loadExternal(0, 4, row, acc);
            trainer.score(batch);
            float before = trainer.logit(0, 0);
            trainer.loadExternal(0, 4, new float[3], trainer.initialExternalAccumulators(0));
            trainer.score(batch);
            assertThat(trainer.logit(0, 0)).isNotEqualTo(before);
            trainer.loadExternal(0, 4, row, acc);
            assertThat(trainer.step(batch).applied()).isTrue();
            float[] after = new float[3];
            float[] accAfter = new float[acc.length];
            trainer.readExternal(0, 4, after, accAfter);
            assertThat(after).isNotEqualTo(row);
            assertThat(accAfter).isNotEqualTo(acc);
            assertThatThrownBy(() -> trainer.loadExternal(1, 0, row, acc))
                    .hasMessageContaining("city");
        }
    }

    @Test
    void aRepeatedRowIsUpdatedOnceWithItsSummedGradient() {
        ModelSpec spec = model("shared-bottom");
        Trainer trainer = new Trainer(spec, ROWS);
        MiniBatch batch = TestingModels.batch(spec, ROWS, ROWS, 3);
        INDArray before = trainer.network().parameters().value("embedding/age");
        trainer.step(batch);
        INDArray gradient = trainer.network().parameters().gradient("embedding/age");
        INDArray after = trainer.network().parameters().value("embedding/age");
        for (int i = 0; i < before.length(); i++) {
            double g = gradient.getDouble(i);
            double wanted = before.getDouble(i) - 0.1 * g / (Math.sqrt(0.1 + g * g) + 1e-10);
            assertThat(after.getDouble(i)).isCloseTo(wanted, within(1e-6));
        }
    }

    @Test
    void schedulesAndFtrlLearnTooAndResume() throws IOException {
        OptimizerSpec o = TestingModels.optimizer();
        for (ScheduleSpec.Shape shape : ScheduleSpec.Shape.values()) {
            ModelSpec spec =
                    normalised(
                            model("ple"),
                            new OptimizerSpec(
                                    o.adam(),
                                    o.adagrad(),
                                    new FtrlSpec(0.1, 1, 1e-4, 1e-3, 0.999),
                                    new ScheduleSpec(shape, 2, 300, 0.1)));
            Trainer trainer = new Trainer(spec, ROWS);
            MiniBatch batch = TestingModels.batch(spec, ROWS, ROWS, 9);
            double before = trainer.step(batch).totalLoss();
            for (int i = 0; i < 300; i++) {
                trainer.step(batch);
            }
            assertThat(trainer.step(batch).totalLoss()).isLessThan(0.7 * before);
            Trainer resumed = new Trainer(spec, ROWS);
            resumed.readState(in(state(trainer)));
            trainer.step(batch);
            resumed.step(batch);
            assertSame(state(resumed), state(trainer));
        }
    }

    @Test
    void aStepAllocatesNothing() {
        ModelSpec spec =
                TestingModels.model(TestingModels.tamor(Encoding.ONE_HOT, 1, AblationSpec.NONE));
        Trainer trainer = new Trainer(spec, ROWS);
        MiniBatch batch = TestingModels.batch(spec, ROWS, ROWS, 1);
        for (int i = 0; i < 20_000; i++) {
            trainer.step(batch);
        }
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < 100; i++) {
            trainer.step(batch);
        }
        long perStep = (threads.getCurrentThreadAllocatedBytes() - before) / 100;
        assertThat(perStep).isLessThan(64);
    }

    @Test
    void parametersThatAreNotFiniteAreNamed() {
        ModelSpec spec = normalised(model("tamor ONE_HOT 1"), TestingModels.optimizer());
        Trainer trainer = new Trainer(spec, ROWS);
        assertThat(trainer.notFinite()).isEmpty();
        Map<String, INDArray> parameters = trainer.snapshotParameters();
        for (String name : parameters.keySet()) {
            for (float bad : new float[] {Float.NaN, Float.NEGATIVE_INFINITY}) {
                INDArray good = parameters.get(name);
                Map<String, INDArray> damaged = new HashMap<>(parameters);
                damaged.put(name, good.dup().putScalar(good.length() - 1, bad));
                Trainer other = new Trainer(spec, ROWS);
                other.loadParameters(damaged);
                assertThat(other.notFinite()).containsExactly(name);
            }
        }
        // Whose sum as a float would not be finite.
        parameters.replaceAll(
                (name, values) ->
                        name.startsWith("embedding/") ? values.assign(Float.MAX_VALUE) : values);
        trainer.loadParameters(parameters);
        assertThat(trainer.notFinite()).isEmpty();
    }

    @Test
    void denseFeaturesAreScoredBeforeTheirStatisticsAreLearned() {
        ModelSpec spec = normalised(model("tamor ONE_HOT 1"), TestingModels.optimizer());
        assertThat(spec.input().dense()).contains(new DenseSpec("assets", Side.USER));
        Trainer trainer = new Trainer(spec, ROWS);
        MiniBatch batch = TestingModels.batch(spec, ROWS, ROWS, 1);
        assertThat(trainer.snapshotParameters().get("normalizer/user/count").getFloat(0)).isZero();
        trainer.step(batch);
        Map<String, INDArray> after = trainer.snapshotParameters();
        assertThat(after.get("normalizer/user/count").getFloat(0)).isEqualTo(ROWS);
        double mean = 0;
        for (int r = 0; r < ROWS; r++) {
            mean += batch.dense(r, 1) / ROWS;
        }
        assertThat(after.get("normalizer/user/mean").getDouble(1)).isCloseTo(mean, within(1e-6));
        assertThat(after.get("normalizer/item/m2").length()).isEqualTo(1);
    }

    private static org.assertj.core.data.Offset<Double> within(double bound) {
        return org.assertj.core.data.Offset.offset(bound);
    }
}
