package io.tamor.model.snapshot.onnx;

import java.util.List;

/** The layers: affine maps, stacks of them, gated mixtures. */
final class OnnxLayers {
    private OnnxLayers() {}

    /** y = x w + b. */
    static String linear(OnnxGraph graph, String name, String x) {
        String product = graph.node("MatMul", x, graph.parameter(name + "/weight"));
        return graph.node("Add", product, graph.parameter(name + "/bias"));
    }

    /** An affine map with ReLU. */
    static String relu(OnnxGraph graph, String name, String x) {
        return graph.node("Relu", linear(graph, name, x));
    }

    /** {@code <name>/layer<i>}, each with ReLU; no layer gives x. */
    static String mlp(OnnxGraph graph, String name, String x, int layers) {
        String y = x;
        for (int i = 0; i < layers; i++) {
            y = relu(graph, name + "/layer" + i, y);
        }
        return y;
    }

    /** The experts' mixture by the softmax of the gate of that name. */
    static String gated(OnnxGraph graph, String gate, String x, List<String> experts) {
        return mix(graph, graph.nodeOnAxis("Softmax", 1, linear(graph, gate, x)), experts);
    }

    /**
     * The sum of the parts by their weights.
     *
     * <pre>weights [n, E]    each part and the result [n, D]</pre>
     */
    static String mix(OnnxGraph graph, String weights, List<String> parts) {
        String[] stacked = parts.stream().map(graph::unsqueezed).toArray(String[]::new);
        String all = graph.nodeOnAxis("Concat", 1, stacked);
        return graph.squeezed(graph.node("MatMul", graph.unsqueezed(weights), all));
    }
}
