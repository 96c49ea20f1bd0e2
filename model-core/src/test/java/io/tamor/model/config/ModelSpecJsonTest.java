package io.tamor.model.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tamor.model.network.TestingModels;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ModelSpecJsonTest {
    static Stream<String> networks() {
        return TestingModels.all().keySet().stream();
    }

    @ParameterizedTest
    @MethodSource("networks")
    void aDescriptionSurvivesItsText(String name) {
        ModelSpec spec = TestingModels.model(TestingModels.all().get(name));
        assertThat(ModelSpecJson.read(ModelSpecJson.write(spec))).isEqualTo(spec);
        assertThat(ModelSpecJson.read(ModelSpecJson.writePretty(spec))).isEqualTo(spec);
        assertThat(ModelSpecJson.read(ModelSpecJson.tree(spec))).isEqualTo(spec);
    }

    @Test
    void keysAreSnakeCaseAndConstantsKebabCase() {
        String json = ModelSpecJson.write(TestingModels.model(TestingModels.all().get("htlnet")));
        assertThat(json)
                .contains("\"label_transfer\":{\"label_dim\":3")
                .contains("\"kind\":\"user-specific\"")
                .contains("\"encoding\":\"one-hot\"")
                .contains("\"amount_loss\":\"squared-log1p\"")
                .contains("\"normalize_dense\":false");
    }

    @Test
    void anUnknownKeyOrConstantIsRefusedByName() {
        String json = ModelSpecJson.write(TestingModels.model(TestingModels.all().get("ple")));
        assertThatThrownBy(
                        () ->
                                ModelSpecJson.read(
                                        json.replace("\"shared\":", "\"share\":1,\"shared\":")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("key 'network.ple.share'");
        assertThatThrownBy(() -> ModelSpecJson.read(json.replace("\"shared\":2,", "")))
                .hasMessageContaining("key 'network.ple.shared'");
        assertThatThrownBy(() -> ModelSpecJson.read(json.replace("user-bias", "user-byas")))
                .hasMessageContaining("user-byas");
    }

    @Test
    void aPartThatNoDescriptionGoesWithoutIsRefusedByItsKey() {
        NetworkSpec adjusted =
                TestingModels.htlnet(
                        new GradientAdjustmentSpec(
                                GradientAdjustmentSpec.Mode.PARAMETERS, 0.5, 0.1, 10),
                        false);
        ModelSpec spec = TestingModels.model(adjusted);
        String json = ModelSpecJson.write(spec);
        for (String part :
                List.of(
                        "\"kind\":\"common\",",
                        ",\"target\":\"binary\"",
                        ",\"side\":\"user\"",
                        "\"shape\":\"constant\",",
                        "\"type\":\"htlnet\",")) {
            String key = part.replaceAll("[,]?\"([a-z]+)\".*", "$1");
            assertThat(json).contains(part);
            assertThatThrownBy(() -> ModelSpecJson.read(json.replaceFirst(part, "")))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(key + " is missing");
        }
        assertThat(ModelSpecJson.read(json.replace("\"mode\":\"parameters\",", "")))
                .isEqualTo(spec);
    }

    @Test
    void everyProblemIsNamedAtOnce() {
        InputSpec input =
                new InputSpec(
                        List.of(
                                new FieldSpec("card", Side.ITEM, 0, 4, false),
                                new FieldSpec("age", Side.USER, 5, -1, false)),
                        List.of(),
                        List.of("low", "low", "all"),
                        List.of(),
                        false);
        NetworkSpec network =
                new NetworkSpec(
                        "tamer",
                        Encoding.SOFT,
                        new PleSpec(0, 1, 1, List.of()),
                        null,
                        List.of(),
                        List.of(0),
                        List.of(),
                        null,
                        null,
                        AmountLoss.SQUARED_LOG1P,
                        AblationSpec.NONE);
        List<TaskSpec> tasks =
                List.of(
                        new TaskSpec("a/b", TaskKind.COMMON, Target.BINARY, 1),
                        new TaskSpec("total", TaskKind.USER_BIAS, Target.AMOUNT, Double.NaN));
        OptimizerSpec optimizer =
                new OptimizerSpec(new AdamSpec(-1, 0.9, 1.0, 1e-50), AdagradSpec.DEFAULT);
        assertThatThrownBy(() -> new ModelSpec(network, input, tasks, optimizer, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll(
                        "tamer",
                        "rows must be >= 1",
                        "dim must be >= 1",
                        "tier low",
                        "can be called all",
                        "scenarios",
                        "user fields must come before",
                        "levels must be >= 1",
                        "ple.expert",
                        "network.tower",
                        "a/b",
                        "task total: weight",
                        "must be binary",
                        "adam.learning_rate",
                        "adam.beta2",
                        "adam.epsilon");
    }

    @Test
    void theAmountEndsTheChainAndIsTheCore() {
        ModelSpec good = TestingModels.model(TestingModels.htlnet(null, false));
        List<TaskSpec> two =
                List.of(
                        new TaskSpec("x", TaskKind.COMMON, Target.AMOUNT, 1),
                        new TaskSpec("y", TaskKind.COMMON, Target.AMOUNT, 1));
        assertThatThrownBy(
                        () -> new ModelSpec(good.network(), good.input(), two, good.optimizer(), 1))
                .hasMessageContaining("at most one amount");
        NetworkSpec adjusted =
                TestingModels.htlnet(
                        new GradientAdjustmentSpec(
                                GradientAdjustmentSpec.Mode.PARAMETERS, 0.5, 0.1, 10),
                        false);
        assertThatThrownBy(
                        () ->
                                new ModelSpec(
                                        adjusted,
                                        good.input(),
                                        good.tasks().subList(0, 2),
                                        good.optimizer(),
                                        1))
                .hasMessageContaining("exactly one amount");
    }

    @Test
    void schedulesRiseAndFall() {
        assertThat(ScheduleSpec.CONSTANT.factor(1_000_000)).isEqualTo(1);
        ScheduleSpec linear = new ScheduleSpec(ScheduleSpec.Shape.LINEAR, 3, 10, 0.1);
        assertThat(linear.factor(0)).isEqualTo(0.25);
        assertThat(linear.factor(3)).isEqualTo(1);
        assertThat(linear.factor(8)).isEqualTo(0.5);
        assertThat(linear.factor(500)).isEqualTo(0.1);
        ScheduleSpec cosine = new ScheduleSpec(ScheduleSpec.Shape.COSINE, 0, 10, 0);
        assertThat(cosine.factor(5)).isBetween(0.499, 0.501);
        ScheduleSpec root = new ScheduleSpec(ScheduleSpec.Shape.INVERSE_SQUARE_ROOT, 0, 100, 0);
        assertThat(root.factor(300)).isEqualTo(0.5);
    }
}
