package io.tamor.model.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import io.tamor.model.config.ModelSpec;
import io.tamor.model.network.MiniBatch;
import io.tamor.model.network.TestingModels;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class GrowthTest {
    private static final int ROWS = 24;

    static Stream<String> networks() {
        return TestingModels.all().keySet().stream();
    }

    @ParameterizedTest
    @MethodSource("networks")
    void oldGroupsScoreTheSameBitsAndTheNewOneStartsAsItsParent(String name) {
        ModelSpec spec = TestingModels.model(TestingModels.all().get(name));
        Trainer trainer = new Trainer(spec, ROWS);
        for (int i = 0; i < 5; i++) {
            trainer.step(TestingModels.batch(spec, ROWS, ROWS, i));
        }
        Trainer tiers = Growth.addTier(trainer, "very high", "high");
        Trainer both = Growth.addScenario(tiers, "new card", "home");
        assertThat(both.spec().input().tiers()).endsWith("very high");
        assertThat(both.steps()).isEqualTo(trainer.steps());

        MiniBatch batch = TestingModels.batch(spec, ROWS, ROWS, 77);
        MiniBatch same = TestingModels.batch(both.spec(), 0, ROWS, 77);
        TestingModels.fill(same, spec, ROWS, 77);
        trainer.score(batch);
        both.score(same);
        for (int r = 0; r < ROWS; r++) {
            for (int t = 0; t < spec.tasks().size(); t++) {
                assertThat(both.logit(r, t)).isEqualTo(trainer.logit(r, t));
            }
        }
        for (int r = 0; r < ROWS; r++) {
            if (same.tier(r) == 2) {
                same.tier(r, 3);
            }
            if (same.scenario(r) == 0) {
                same.scenario(r, 2);
            }
        }
        both.score(same);
        for (int r = 0; r < ROWS; r++) {
            for (int t = 0; t < spec.tasks().size(); t++) {
                assertThat((double) both.logit(r, t)).isCloseTo(trainer.logit(r, t), offset(1e-4));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("networks")
    void aGrownModelLearnsOn(String name) {
        ModelSpec spec = TestingModels.model(TestingModels.all().get(name));
        Trainer trainer = new Trainer(spec, ROWS);
        trainer.step(TestingModels.batch(spec, ROWS, ROWS, 0));
        Trainer grown = Growth.addTier(trainer, "very high", "none");
        MiniBatch batch = TestingModels.batch(grown.spec(), ROWS, ROWS, 5);
        double before = grown.step(batch).totalLoss();
        for (int i = 0; i < 40; i++) {
            assertThat(grown.step(batch).applied()).isTrue();
        }
        assertThat(grown.step(batch).totalLoss()).isLessThan(before);
    }

    @Test
    void anUnknownParentIsRefusedByName() {
        ModelSpec spec = TestingModels.model(TestingModels.all().get("tamor SOFT 2"));
        Trainer trainer = new Trainer(spec, 4);
        assertThatThrownBy(() -> Growth.addTier(trainer, "new", "middle"))
                .hasMessageContainingAll("middle", "none", "low", "high");
    }
}
