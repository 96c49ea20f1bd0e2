package io.tamor.model.network;

import static org.assertj.core.api.Assertions.assertThat;

import io.tamor.model.config.ModelSpec;
import io.tamor.model.training.Trainer;
import org.junit.jupiter.api.Test;

class MiniBatchTest {
    private static final int ROWS = 6;
    private static final int CAPACITY = 8;

    private final ModelSpec spec = TestingModels.model(TestingModels.all().get("mmoe"));

    /** All that a model sees of a batch and its labels: the model that a step makes of it. */
    private float[] learned(MiniBatch batch) {
        Trainer trainer = new Trainer(spec, CAPACITY);
        trainer.step(batch);
        float[] predictions = new float[ROWS * spec.tasks().size()];
        MiniBatch other = TestingModels.batch(spec, ROWS, CAPACITY, 2);
        trainer.score(other);
        for (int i = 0; i < predictions.length; i++) {
            predictions[i] = trainer.prediction(i / spec.tasks().size(), i % spec.tasks().size());
        }
        return predictions;
    }

    @Test
    void aCopyIsTheSameBatchAndStaysSo() {
        MiniBatch batch = TestingModels.batch(spec, ROWS, CAPACITY, 1);
        float[] wanted = learned(batch);
        MiniBatch copy = batch.copy();
        batch.clear();
        TestingModels.fill(batch, spec, ROWS, 3);
        assertThat(learned(batch)).isNotEqualTo(wanted);
        assertThat(learned(copy)).containsExactly(wanted);
    }
}
