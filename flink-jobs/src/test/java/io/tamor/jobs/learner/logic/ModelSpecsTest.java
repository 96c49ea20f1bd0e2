package io.tamor.jobs.learner.logic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tamor.jobs.config.ConfigurationException;
import io.tamor.jobs.config.Deployment;
import io.tamor.model.config.DenseSpec;
import io.tamor.model.config.FieldSpec;
import io.tamor.model.config.ModelSpec;
import io.tamor.model.config.Side;
import io.tamor.model.config.Target;
import io.tamor.model.config.TaskKind;
import io.tamor.model.config.TaskSpec;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelSpecsTest {
    private static final String NETWORK =
            """
              network: tamor
              seed: 42
              encoding: one-hot
              ple: {levels: 1, own: 1, shared: 1, expert: [16, 8]}
              bias: [8, 4]
            """;

    @TempDir Path folder;

    @Test
    void theExampleIsTamorWithTheUserRowFirst() {
        Deployment deployment = TestingSamples.deployment(folder, 48);
        ModelSpec spec = ModelSpecs.of(deployment);
        assertThat(spec.network().type()).isEqualTo("tamor");
        assertThat(spec.seed()).isEqualTo(42);
        assertThat(spec.input().fields())
                .containsExactly(
                        new FieldSpec("user", Side.USER, 48, 4, true),
                        new FieldSpec("age", Side.USER, 50, 4, false),
                        new FieldSpec("item", Side.ITEM, 100, 4, false),
                        new FieldSpec("scenario", Side.ITEM, 10, 4, false));
        assertThat(spec.input().dense())
                .containsExactly(
                        new DenseSpec("position", Side.USER),
                        new DenseSpec("clicks_7d", Side.USER),
                        new DenseSpec("ctr_here", Side.ITEM));
        assertThat(spec.input().tiers()).isEqualTo(List.of("none", "low", "high"));
        assertThat(spec.input().scenarios()).isEqualTo(List.of("fund", "insurance"));
        assertThat(spec.tasks())
                .contains(
                        new TaskSpec("click", TaskKind.COMMON, Target.BINARY, 1),
                        new TaskSpec(
                                "large_investment", TaskKind.USER_SPECIFIC, Target.BINARY, 0.5),
                        new TaskSpec(
                                "user_total_investment", TaskKind.USER_BIAS, Target.BINARY, 1));
        assertThat(spec.optimizer().adam().learningRate()).isEqualTo(0.001);
        assertThat(spec.optimizer().adagrad().learningRate()).isEqualTo(0.05);
        assertThat(ModelSpecs.userRowField(spec)).isZero();
    }

    @Test
    void aDeploymentWithoutAUserRowHasNoExternalField() {
        Deployment deployment =
                TestingSamples.deployment(
                        folder, "  - {name: user, side: user, type: user-row, dim: 4}\n", "");
        ModelSpec spec = ModelSpecs.of(deployment);
        assertThat(ModelSpecs.userRowField(spec)).isEqualTo(-1);
        assertThat(spec.input().fields()).noneMatch(FieldSpec::external);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "mmoe | mmoe: {experts: 3, expert: [8]}",
                "ple | ple: {levels: 1, own: 1, shared: 1, expert: [8]}",
                "shared-bottom | trunk: [16]",
                "single-task | seed: 42",
                "htlnet | {label_dim: 4, fusion_dim: 8, temperature: 0.5}"
            })
    void everyNetworkCanBeDescribed(String type, String part) {
        String parts = part.startsWith("{") ? part.replaceAll("[{}]", "") : part;
        StringBuilder block = new StringBuilder("  network: " + type + "\n");
        if (!parts.startsWith("seed")) {
            block.append("  seed: 42\n");
        }
        for (String line : part.startsWith("{") ? parts.split(", ", -1) : new String[] {parts}) {
            block.append("  ").append(line).append("\n");
        }
        ModelSpec spec =
                ModelSpecs.of(TestingSamples.deployment(folder, NETWORK, block.toString()));
        assertThat(spec.network().type()).isEqualTo(type);
    }

    @Test
    void aNetworkThatLacksAPartIsAnErrorOfTheConfiguration() {
        Deployment deployment =
                TestingSamples.deployment(
                        folder, NETWORK, "  network: shared-bottom\n  seed: 42\n");
        assertThatThrownBy(() -> ModelSpecs.of(deployment))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("deployment example, model")
                .hasMessageContaining("trunk is needed by shared-bottom");
    }
}
