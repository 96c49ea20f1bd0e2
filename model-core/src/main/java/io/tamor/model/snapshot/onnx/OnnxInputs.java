package io.tamor.model.snapshot.onnx;

import io.tamor.model.config.DenseSpec;
import io.tamor.model.config.FieldSpec;
import io.tamor.model.config.InputSpec;
import io.tamor.model.config.Side;
import io.tamor.model.embedding.DenseNormalizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import onnx.Onnx;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The inputs, and each side's input vector: embeddings in field order, then dense features. */
final class OnnxInputs {
    static final String CATEGORICAL = "categorical";
    static final String DENSE = "dense";
    static final String TIER = "tier";
    static final String SCENARIO = "scenario";
    static final String EXTERNAL = "external/";
    static final Set<String> NAMES = Set.of(CATEGORICAL, DENSE, TIER, SCENARIO);

    private final OnnxGraph graph;
    private final InputSpec spec;
    private final Map<String, INDArray> parameters;
    private final Map<Integer, String> categories = new HashMap<>();
    private final Map<Side, String> denseFeatures = new HashMap<>();

    OnnxInputs(OnnxGraph graph, InputSpec spec, Map<String, INDArray> parameters) {
        this.graph = graph;
        this.spec = spec;
        this.parameters = parameters;
        if (spec.fields().stream().anyMatch(field -> !field.external())) {
            graph.input(CATEGORICAL, Onnx.TensorProto.DataType.INT64, spec.fields().size());
        }
        if (!spec.dense().isEmpty()) {
            graph.input(DENSE, Onnx.TensorProto.DataType.FLOAT, spec.dense().size());
        }
        graph.input(TIER, Onnx.TensorProto.DataType.INT64, 0);
        graph.input(SCENARIO, Onnx.TensorProto.DataType.INT64, 0);
        for (FieldSpec field : spec.fields()) {
            if (field.external()) {
                graph.input(EXTERNAL + field.name(), Onnx.TensorProto.DataType.FLOAT, field.dim());
            }
        }
    }

    /** [x_u; x_i] from the tables under a prefix. */
    String both(String prefix) {
        return graph.columns(List.of(side(Side.USER, prefix), side(Side.ITEM, prefix)));
    }

    /** One side's vector, from the tables under a prefix. */
    String side(Side side, String prefix) {
        List<String> parts = new ArrayList<>();
        for (int f = 0; f < spec.fields().size(); f++) {
            FieldSpec field = spec.fields().get(f);
            if (field.side() == side) {
                parts.add(field.external() ? EXTERNAL + field.name() : embedding(f, prefix));
            }
        }
        if (spec.dense().stream().anyMatch(dense -> dense.side() == side)) {
            parts.add(denseFeatures.computeIfAbsent(side, this::dense));
        }
        return graph.columns(parts);
    }

    private String embedding(int field, String prefix) {
        String rows = categories.computeIfAbsent(field, f -> graph.column(CATEGORICAL, f));
        String table = prefix + "embedding/" + spec.fields().get(field).name();
        return graph.nodeOnAxis("Gather", 0, graph.parameter(table), rows);
    }

    private String dense(Side side) {
        List<DenseSpec> all = spec.dense();
        long[] columns = new long[all.size()];
        int count = 0;
        for (int d = 0; d < all.size(); d++) {
            if (all.get(d).side() == side) {
                columns[count++] = d;
            }
        }
        String chosen = graph.integers(Arrays.copyOf(columns, count), count);
        String values = graph.nodeOnAxis("Gather", 1, DENSE, chosen);
        return spec.normalizeDense() ? standardised(side, values, count) : values;
    }

    private String standardised(Side side, String values, int count) {
        DenseNormalizer normalizer = new DenseNormalizer(count);
        String name = "normalizer/" + side.name().toLowerCase(Locale.ROOT);
        normalizer.restore(
                statistic(name + "/count")[0], statistic(name + "/mean"), statistic(name + "/m2"));
        float[] shift = new float[count];
        float[] scale = new float[count];
        for (int d = 0; d < count; d++) {
            shift[d] = normalizer.shift(d);
            scale[d] = normalizer.scale(d);
        }
        String centred = graph.node("Sub", values, graph.floats(name + "/shift", shift, count));
        String scaled = graph.node("Mul", centred, graph.floats(name + "/scale", scale, count));
        return graph.node(
                "Clip",
                scaled,
                graph.scalar("lowest", -DenseNormalizer.CLIP),
                graph.scalar("highest", DenseNormalizer.CLIP));
    }

    private double[] statistic(String name) {
        INDArray values = parameters.get(name);
        if (values == null) {
            throw new IllegalArgumentException(
                    "parameter " + name + " is missing; there are " + parameters.keySet());
        }
        return values.toDoubleVector();
    }
}
