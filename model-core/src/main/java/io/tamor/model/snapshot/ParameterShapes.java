package io.tamor.model.snapshot;

import io.tamor.model.config.ModelSpec;
import io.tamor.model.config.Problems;
import io.tamor.model.network.Network;
import io.tamor.model.network.Networks;
import io.tamor.model.training.SnapshotParameters;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The names and shapes of a model's parameters, as its description says. */
final class ParameterShapes {
    private final Map<String, String> wanted = new TreeMap<>();
    private final Set<String> tables = new TreeSet<>();

    private ParameterShapes() {}

    /** Builds the model once, for a batch of one row, and forgets it. */
    static ParameterShapes of(ModelSpec model) {
        ParameterShapes shapes = new ParameterShapes();
        Network network = Networks.create(model, 1);
        new SnapshotParameters(network)
                .copy()
                .forEach((name, value) -> shapes.wanted.put(name, describe(value)));
        network.parameters().names().stream()
                .filter(network.parameters()::sparse)
                .forEach(shapes.tables::add);
        return shapes;
    }

    /** Names of every parameter. */
    Set<String> names() {
        return wanted.keySet();
    }

    /** Names of the embedding tables. */
    Set<String> tables() {
        return tables;
    }

    /** Every way in which parameters do not fit. */
    Problems problems(Map<String, INDArray> found) {
        Problems problems = new Problems();
        TreeSet<String> missing = new TreeSet<>(wanted.keySet());
        missing.removeAll(found.keySet());
        problems.require(missing.isEmpty(), "parameters " + missing + " are missing");
        TreeSet<String> unknown = new TreeSet<>(found.keySet());
        unknown.removeAll(wanted.keySet());
        problems.require(unknown.isEmpty(), "parameters " + unknown + " are not of this model");
        wanted.forEach(
                (name, shape) -> {
                    INDArray value = found.get(name);
                    problems.require(
                            value == null || describe(value).equals(shape),
                            "parameter "
                                    + name
                                    + " has shape "
                                    + (value == null ? "none" : describe(value))
                                    + ", this model needs "
                                    + shape);
                });
        return problems;
    }

    private static String describe(INDArray value) {
        String type = value.dataType() == DataType.FLOAT ? "" : value.dataType() + " ";
        return type + Arrays.toString(value.shape());
    }
}
