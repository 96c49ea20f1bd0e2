package io.tamor.model.layer;

import static org.assertj.core.api.Assertions.assertThat;

import io.tamor.model.tensor.Matrix;
import io.tamor.model.tensor.Parameter;
import io.tamor.model.tensor.ParameterFactory;
import io.tamor.model.tensor.Passes;
import io.tamor.model.tensor.TestingGradients;
import java.util.List;
import java.util.function.DoubleSupplier;
import org.junit.jupiter.api.Test;

/** Every layer's gradients against central differences; the loss is a weighted sum of outputs. */
class LayerGradientTest {
    private static final int ROWS = 6;

    private final ParameterFactory factory = new ParameterFactory(5);
    private final TestingGradients gradients = new TestingGradients();
    private final Matrix x = TestingGradients.random(ROWS, 5, 11, 1);
    private final Matrix dx = Matrix.zeros(ROWS, 5);

    private void checkAll(DoubleSupplier loss) {
        for (Parameter p : factory.made()) {
            gradients.check(p.name(), loss, p.value(), p.gradient(), 1);
        }
        gradients.check("x", loss, x, dx, 1);
        gradients.finish();
    }

    @Test
    void denseWithoutRelu() {
        Dense layer = Dense.linear(factory, "d", 5, 3);
        Matrix y = Matrix.zeros(ROWS, 3);
        Matrix weights = TestingGradients.random(ROWS, 3, 12, 1);
        layer.forward(x, y, 0, ROWS);
        Matrix dy = copy(weights);
        layer.backward(x, y, dy, dx, 1f, 0, ROWS);
        checkAll(
                () -> {
                    layer.forward(x, y, 0, ROWS);
                    return TestingGradients.weighted(y, weights);
                });
    }

    @Test
    void stackOfLayersWithRelu() {
        Mlp layers = new Mlp(factory, "m", 5, List.of(7, 4));
        Activations a = layers.activations(ROWS);
        Matrix weights = TestingGradients.random(ROWS, 4, 12, 1);
        layers.forward(x, a, 0, ROWS);
        Passes.copy(weights, a.lastGradient(), ROWS);
        layers.backward(x, a, dx, 0, ROWS);
        checkAll(
                () -> {
                    layers.forward(x, a, 0, ROWS);
                    return TestingGradients.weighted(a.last(), weights);
                });
    }

    @Test
    void gateInBlocksOfColumns() {
        Gate gate = new Gate(factory, "g", 5, 2, 0, 1);
        Gate.Buffers buffers = gate.buffers(ROWS);
        Matrix[] experts = new Matrix[3];
        Matrix[] dExperts = new Matrix[3];
        for (int e = 0; e < 3; e++) {
            experts[e] = TestingGradients.random(ROWS, 4, 20 + e, 1);
            dExperts[e] = Matrix.zeros(ROWS, 4);
        }
        Matrix y = Matrix.zeros(ROWS, 4);
        Matrix weights = TestingGradients.random(ROWS, 4, 12, 1);
        DoubleSupplier loss =
                () -> {
                    gate.forward(x, buffers, experts, y, 0, ROWS);
                    return TestingGradients.weighted(y, weights);
                };
        assertThat(loss.getAsDouble()).isFinite();
        gate.backward(x, buffers, experts, dExperts, weights, dx, 0, ROWS);
        for (int e = 0; e < 3; e++) {
            gradients.check("expert " + e, loss, experts[e], dExperts[e], 1);
        }
        checkAll(loss);
    }

    @Test
    void labelEmbedding() {
        LabelEmbedding unit = new LabelEmbedding(factory, "label", 4, ROWS);
        Matrix logits = TestingGradients.random(ROWS, 1, 30, 3);
        Matrix weights = TestingGradients.random(ROWS, 4, 12, 1);
        DoubleSupplier loss =
                () -> {
                    unit.forward(logits, 2.0, null, ROWS);
                    return TestingGradients.weighted(unit.embedding(), weights);
                };
        assertThat(loss.getAsDouble()).isFinite();
        unit.backward(weights, ROWS);
        Parameter p = factory.made().get(0);
        gradients.check(p.name(), loss, p.value(), p.gradient(), 1);
        gradients.finish();
    }

    @Test
    void fusionUnitOfThreePredecessors() {
        Matrix second = TestingGradients.random(ROWS, 5, 40, 1);
        Matrix third = TestingGradients.random(ROWS, 5, 41, 1);
        Matrix dSecond = Matrix.zeros(ROWS, 5);
        Matrix dThird = Matrix.zeros(ROWS, 5);
        FusionUnit unit = new FusionUnit(factory, "f", List.of(x, second, third), 4, ROWS);
        Matrix weights = TestingGradients.random(ROWS, 4, 12, 1);
        DoubleSupplier loss =
                () -> {
                    unit.forward(ROWS);
                    return TestingGradients.weighted(unit.result(), weights);
                };
        assertThat(loss.getAsDouble()).isFinite();
        Passes.copy(weights, unit.resultGradient(), ROWS);
        unit.backward(List.of(dx, dSecond, dThird), ROWS);
        gradients.check("second", loss, second, dSecond, 1);
        gradients.check("third", loss, third, dThird, 1);
        checkAll(loss);
    }

    private static Matrix copy(Matrix m) {
        Matrix copy = Matrix.zeros(m.rows(), m.columns());
        Passes.copy(m, copy, m.rows());
        return copy;
    }
}
