package io.tamor.model.snapshot.onnx;

import io.tamor.model.config.AmountLoss;
import io.tamor.model.config.LabelTransferSpec;
import io.tamor.model.config.ModelSpec;
import io.tamor.model.config.NetworkSpec;
import io.tamor.model.config.Target;
import io.tamor.model.config.TaskKind;
import io.tamor.model.config.TaskSpec;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The towers, label transfer along the chain where there is one, and the scores. */
final class OnnxHeads {
    /** Logit of the clamped probability 1 - 1e-7. */
    private static final double LARGEST_LOGIT = Math.log((1 - 1e-7) / 1e-7);

    private static final double LEAST_SIGMA = 1e-4;

    private final OnnxGraph graph;
    private final ModelSpec spec;
    private final List<String> inputs;
    private final double temperature;
    private final List<String> representations = new ArrayList<>();
    private final List<String> labels = new ArrayList<>();

    /**
     * Heads over a trunk.
     *
     * @param inputs the towers' inputs in task order
     * @param steps training steps, which the label transfer's temperature goes by
     */
    OnnxHeads(OnnxGraph graph, ModelSpec spec, List<String> inputs, long steps) {
        this.graph = graph;
        this.spec = spec;
        this.inputs = inputs;
        LabelTransferSpec transfer = spec.network().labelTransfer();
        temperature = transfer == null ? 1 : transfer.temperatureAt(steps);
    }

    /** Gives every task's score out under the task's name. */
    void outputs() {
        String[] scores = new String[spec.tasks().size()];
        LabelTransferSpec transfer = spec.network().labelTransfer();
        List<Integer> chain = transfer == null ? List.of() : chain();
        for (int t : chain) {
            scores[t] = score(t, transfer);
        }
        for (int t = 0; t < scores.length; t++) {
            String score = chain.contains(t) ? scores[t] : score(t, null);
            graph.output(spec.tasks().get(t).name(), score);
        }
    }

    /** Every task that is not user-bias, in funnel order, the amount last (model.md, HTLNet). */
    private List<Integer> chain() {
        List<Integer> chain = new ArrayList<>();
        for (Target target : List.of(Target.BINARY, Target.AMOUNT)) {
            for (int t = 0; t < spec.tasks().size(); t++) {
                TaskSpec task = spec.tasks().get(t);
                if (task.kind() != TaskKind.USER_BIAS && task.target() == target) {
                    chain.add(t);
                }
            }
        }
        return chain;
    }

    private String score(int t, @Nullable LabelTransferSpec transfer) {
        TaskSpec task = spec.tasks().get(t);
        NetworkSpec network = spec.network();
        String name = "task/" + task.name();
        String x = inputs.get(t);
        if (transfer != null && !representations.isEmpty()) {
            x =
                    graph.columns(
                            List.of(
                                    x,
                                    fused(name + "/fusion/representation", representations),
                                    fused(name + "/fusion/label", labels)));
        }
        boolean headOnly =
                network.type().equals(NetworkSpec.TAMOR) && task.kind() == TaskKind.USER_BIAS;
        String hidden = x;
        for (int i = 0; i < (headOnly ? 0 : network.tower().size()); i++) {
            hidden = OnnxLayers.relu(graph, name + "/layer" + i, hidden);
            if (i == 0 && transfer != null) {
                representations.add(hidden);
            }
        }
        String output = OnnxLayers.linear(graph, name + "/head", hidden);
        // The chain's last task hands nothing on, and has no label embedding.
        if (transfer != null && labels.size() < chain().size() - 1) {
            labels.add(labelEmbedding(name + "/label", output));
        }
        return task.target() == Target.BINARY
                ? graph.squeezed(graph.node("Sigmoid", output))
                : amount(output, network.amountLoss());
    }

    /**
     * weights = softmax([log p, log(1 - p)] / temperature) is sigmoid(logit / temperature), the
     * logit clamped as p is.
     */
    private String labelEmbedding(String name, String logit) {
        String clamped =
                graph.node(
                        "Clip",
                        logit,
                        graph.scalar("lowest", -LARGEST_LOGIT),
                        graph.scalar("highest", LARGEST_LOGIT));
        String softened = graph.node("Div", clamped, graph.scalar("temperature", temperature));
        String one = graph.node("Sigmoid", softened);
        String zero = graph.node("Sub", graph.scalar("one", 1), one);
        return graph.node("MatMul", graph.columns(List.of(one, zero)), graph.parameter(name));
    }

    private String fused(String name, List<String> vectors) {
        if (vectors.size() == 1) {
            return OnnxLayers.linear(graph, name + "/value", vectors.get(0));
        }
        LabelTransferSpec transfer = spec.network().labelTransfer();
        int width = transfer == null ? 1 : transfer.fusionDim();
        List<String> values = new ArrayList<>();
        List<String> scores = new ArrayList<>();
        for (String vector : vectors) {
            values.add(OnnxLayers.linear(graph, name + "/value", vector));
            String query = OnnxLayers.linear(graph, name + "/query", vector);
            String key = OnnxLayers.linear(graph, name + "/key", vector);
            String product = graph.node("Mul", query, key);
            String sum = graph.node("ReduceSum", product, graph.integers(new long[] {1}, 1));
            scores.add(graph.node("Mul", sum, graph.scalar("scale", 1 / Math.sqrt(width))));
        }
        String weights = graph.nodeOnAxis("Softmax", 1, graph.columns(scores));
        return OnnxLayers.mix(graph, weights, values);
    }

    private String amount(String output, AmountLoss loss) {
        return switch (loss) {
            case SQUARED_LOG1P -> {
                String log =
                        graph.node(
                                "Min", output, graph.scalar("largest_log", AmountLoss.LARGEST_LOG));
                String yuan = graph.node("Sub", graph.node("Exp", log), graph.scalar("one", 1));
                yield graph.squeezed(graph.node("Relu", yuan));
            }
            case ZERO_INFLATED_LOGNORMAL -> {
                String probability = graph.node("Sigmoid", graph.column(output, 0));
                String sigma =
                        graph.node(
                                "Max",
                                graph.node("Softplus", graph.column(output, 2)),
                                graph.scalar("least_sigma", LEAST_SIGMA));
                String half =
                        graph.node(
                                "Mul", graph.node("Mul", sigma, sigma), graph.scalar("half", 0.5));
                String log =
                        graph.node(
                                "Min",
                                graph.node("Add", graph.column(output, 1), half),
                                graph.scalar("largest_log", AmountLoss.LARGEST_LOG));
                yield graph.node("Mul", probability, graph.node("Exp", log));
            }
        };
    }
}
