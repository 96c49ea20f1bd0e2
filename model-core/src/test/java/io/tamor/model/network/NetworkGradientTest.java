package io.tamor.model.network;

import static org.assertj.core.api.Assertions.assertThat;

import io.tamor.model.config.ModelSpec;
import io.tamor.model.config.NetworkSpec;
import io.tamor.model.embedding.EmbeddingTable;
import io.tamor.model.tensor.Parameter;
import io.tamor.model.tensor.TestingGradients;
import java.util.function.DoubleSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Every network's gradients, of every parameter, against central differences. */
class NetworkGradientTest {
    private static final int ROWS = 9;

    static Stream<String> withoutStops() {
        return TestingModels.withoutStops().keySet().stream();
    }

    @ParameterizedTest
    @MethodSource("withoutStops")
    void gradientsEqualCentralDifferences(String name) {
        NetworkSpec spec = TestingModels.withoutStops().get(name);
        ModelSpec model = TestingModels.model(spec);
        Network network = Networks.create(model, ROWS);
        MiniBatch batch = TestingModels.batch(model, ROWS, ROWS, 4);
        DoubleSupplier loss = () -> loss(network, batch);
        assertThat(loss.getAsDouble()).isFinite();
        network.backward(batch);
        TestingGradients gradients = new TestingGradients();
        for (Parameter p : network.parameters().dense()) {
            gradients.check(p.name(), loss, p.value(), p.gradient(), 3);
        }
        for (EmbeddingTable table : network.parameters().tables()) {
            if (network.parameters().sparse(table.name())) {
                checkTable(gradients, loss, table, network.parameters().gradient(table.name()));
            }
        }
        gradients.finish();
    }

    private static void checkTable(
            TestingGradients gradients,
            DoubleSupplier loss,
            EmbeddingTable table,
            INDArray gradient) {
        int dim = table.field().dim();
        for (int i = 0; i < table.field().rows() * dim; i++) {
            int at = table.at(i / dim) + i % dim;
            TestingGradients.Cell cell =
                    new TestingGradients.Cell() {
                        @Override
                        public float get() {
                            return table.rows()[at];
                        }

                        @Override
                        public void set(float value) {
                            table.rows()[at] = value;
                        }
                    };
            gradients.check(table.name() + " " + i, loss, cell, gradient.getFloat(i));
        }
    }

    /** Gradients of representations and of labels stop; what does not pass a stop is checked. */
    @Test
    void labelTransferWithinTheLastTaskOfAChain() {
        ModelSpec whole = TestingModels.model(TestingModels.htlnet(null, false));
        ModelSpec two =
                new ModelSpec(
                        whole.network(),
                        whole.input(),
                        whole.tasks().subList(2, 4),
                        whole.optimizer(),
                        1);
        Network network = Networks.create(two, ROWS);
        MiniBatch batch = TestingModels.batch(two, ROWS, ROWS, 5);
        DoubleSupplier loss =
                () -> {
                    loss(network, batch);
                    return network.loss(1);
                };
        assertThat(loss.getAsDouble()).isFinite();
        network.backward(batch);
        TestingGradients gradients = new TestingGradients();
        int found = 0;
        for (Parameter p : network.parameters().dense()) {
            if (p.name().startsWith("task/amount/") || p.name().equals("task/investment/label")) {
                gradients.check(p.name(), loss, p.value(), p.gradient(), 1);
                found++;
            }
        }
        assertThat(found).isEqualTo(6 + 12 + 1);
        gradients.finish();
    }

    @Test
    void aStoppedBiasLearnsFromItsOwnTasksAlone() {
        ModelSpec read = TestingModels.model(TestingModels.all().get("no bias read"));
        ModelSpec stopped = TestingModels.model(TestingModels.all().get("stopped bias"));
        MiniBatch batch = TestingModels.batch(read, ROWS, ROWS, 3);
        Network first = Networks.create(read, ROWS);
        Network second = Networks.create(stopped, ROWS);
        loss(first, batch);
        first.backward(batch);
        loss(second, batch);
        second.backward(batch);
        assertThat(second.parameters().gradient("bias/layer0/weight"))
                .isEqualTo(first.parameters().gradient("bias/layer0/weight"));
    }

    private static double loss(Network network, MiniBatch batch) {
        network.forward(batch);
        network.computeLosses(batch);
        double sum = 0;
        for (int t = 0; t < network.spec().tasks().size(); t++) {
            sum += network.loss(t);
        }
        return sum;
    }
}
