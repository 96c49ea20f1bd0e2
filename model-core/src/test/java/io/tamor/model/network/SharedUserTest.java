package io.tamor.model.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import io.tamor.model.config.ModelSpec;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SharedUserTest {
    static Stream<String> networks() {
        return TestingModels.all().keySet().stream();
    }

    @ParameterizedTest
    @MethodSource("networks")
    void oneUserAgainstManyItemsScoresAsIndependentRowsDo(String name) {
        ModelSpec spec = TestingModels.model(TestingModels.all().get(name));
        Network network = Networks.create(spec, 8);
        MiniBatch shared = new MiniBatch(spec, 8);
        MiniBatch rows = new MiniBatch(spec, 8);
        for (MiniBatch batch : new MiniBatch[] {shared, rows}) {
            for (int r = 0; r < 8; r++) {
                batch.addRow();
                if (r == 0 || batch == rows) {
                    batch.categories(r, 0, new int[] {3, 5}, 0, 2);
                    batch.category(r, 1, 2);
                    batch.dense(r, 0, 0.5f);
                    batch.tier(r, 2);
                }
                batch.category(r, 2, r);
                batch.dense(r, 2, r / 8f);
                batch.scenario(r, r % 2);
                if (r == 0 && batch == shared) {
                    batch.shareUser();
                }
            }
        }
        network.forward(rows);
        double[] wanted = new double[8 * spec.tasks().size()];
        for (int i = 0; i < wanted.length; i++) {
            wanted[i] = network.logit(i / spec.tasks().size(), i % spec.tasks().size());
        }
        network.forward(shared);
        for (int i = 0; i < wanted.length; i++) {
            assertThat((double) network.logit(i / spec.tasks().size(), i % spec.tasks().size()))
                    .isCloseTo(wanted[i], offset(1e-5));
        }
        assertThatThrownBy(() -> network.backward(shared)).hasMessageContaining("shareUser");
    }
}
