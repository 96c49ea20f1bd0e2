package io.tamor.model.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import io.tamor.model.config.AdagradSpec;
import io.tamor.model.config.AdamSpec;
import io.tamor.model.config.FtrlSpec;
import io.tamor.model.config.ModelSpec;
import io.tamor.model.config.OptimizerSpec;
import io.tamor.model.config.ScheduleSpec;
import io.tamor.model.embedding.EmbeddingTable;
import io.tamor.model.network.Network;
import io.tamor.model.network.Networks;
import io.tamor.model.network.TestingModels;
import org.junit.jupiter.api.Test;

class FtrlTest {
    private static final FtrlSpec SPEC = new FtrlSpec(0.1, 1, 0.01, 0.001, 1);

    /** A table with room for FTRL's state, and its first row touched. */
    private static EmbeddingTable touched(float gradient) {
        ModelSpec spec = TestingModels.model(TestingModels.all().get("ple"));
        Network network = Networks.create(spec, 4, 2);
        EmbeddingTable table = network.parameters().tables().get(0);
        table.gradient().lane(0)[table.gradient().slot(0) * 3] = gradient;
        return table;
    }

    @Test
    void theInitialValueIsKeptByAGradientOfZero() {
        Ftrl ftrl = new Ftrl(SPEC);
        EmbeddingTable table = touched(0f);
        ftrl.initialise(table.rows(), table.at(0), 3);
        float before = table.rows()[table.at(0)];
        assertThat(before).isNotZero();
        ftrl.step(table, 1);
        assertThat(table.rows()[table.at(0)]).isCloseTo(before, offset(1e-7f));
    }

    @Test
    void stepsFollowAlgorithmOne() {
        Ftrl ftrl = new Ftrl(SPEC);
        EmbeddingTable table = touched(0.7f);
        table.rows()[table.at(0)] = 0f;
        ftrl.initialise(table.rows(), table.at(0), 3);
        double n = 0;
        double z = 0;
        double w = 0;
        for (int i = 0; i < 5; i++) {
            ftrl.step(table, 1);
            double g = 0.7f;
            double sigma = (Math.sqrt(n + g * g) - Math.sqrt(n)) / 0.1;
            z += g - sigma * w;
            n += g * g;
            w =
                    Math.abs(z) <= 0.01
                            ? 0
                            : -(z - Math.signum(z) * 0.01) / ((1 + Math.sqrt(n)) / 0.1 + 0.001);
            assertThat((double) table.rows()[table.at(0)]).isCloseTo(w, offset(1e-6));
        }
    }

    @Test
    void decayForgetsOldGradientsSoThatAdagradsRateRisesAgain() {
        AdagradSpec forgetting = new AdagradSpec(0.1, 0.1, 1e-10, 0.5);
        OptimizerSpec spec =
                new OptimizerSpec(AdamSpec.DEFAULT, forgetting, null, ScheduleSpec.CONSTANT);
        RowOptimizer adagrad = RowOptimizer.of(spec);
        EmbeddingTable table = touched(0.1f);
        adagrad.initialise(table.rows(), table.at(0), 3);
        table.rows()[table.at(0) + 3] = 100f;
        for (int i = 0; i < 60; i++) {
            adagrad.step(table, 1);
        }
        assertThat((double) table.rows()[table.at(0) + 3]).isCloseTo(0.02, offset(1e-4));
    }
}
