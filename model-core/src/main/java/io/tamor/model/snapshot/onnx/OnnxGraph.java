package io.tamor.model.snapshot.onnx;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import onnx.Onnx;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.protobuf.ByteString;

/**
 * A graph under construction. Values are named by what made them; parameters keep their names and
 * are stored once, when they are first read.
 */
final class OnnxGraph {
    private final Onnx.GraphProto.Builder graph = Onnx.GraphProto.newBuilder().setName("tamor");
    private final Map<String, INDArray> parameters;
    private final Map<String, Integer> namesUsed = new HashMap<>();
    private final Set<String> stored = new HashSet<>();

    OnnxGraph(Map<String, INDArray> parameters) {
        this.parameters = parameters;
    }

    Onnx.GraphProto build() {
        return graph.build();
    }

    /** An input [n, columns], or [n] where columns is 0. */
    String input(String name, Onnx.TensorProto.DataType type, int columns) {
        graph.addInput(value(name, type, columns));
        return name;
    }

    /** Gives a value out under a name: float [n]. */
    void output(String name, String value) {
        graph.addNode(
                Onnx.NodeProto.newBuilder()
                        .setName("output/" + name)
                        .setOpType("Identity")
                        .addInput(value)
                        .addOutput(name));
        graph.addOutput(value(name, Onnx.TensorProto.DataType.FLOAT, 0));
    }

    private static Onnx.ValueInfoProto value(
            String name, Onnx.TensorProto.DataType type, int columns) {
        Onnx.TensorShapeProto.Builder shape = Onnx.TensorShapeProto.newBuilder();
        shape.addDim(Onnx.TensorShapeProto.Dimension.newBuilder().setDimParam("n"));
        if (columns > 0) {
            shape.addDim(Onnx.TensorShapeProto.Dimension.newBuilder().setDimValue(columns));
        }
        return Onnx.ValueInfoProto.newBuilder()
                .setName(name)
                .setType(
                        Onnx.TypeProto.newBuilder()
                                .setTensorType(
                                        Onnx.TypeProto.Tensor.newBuilder()
                                                .setElemType(type.getNumber())
                                                .setShape(shape)))
                .build();
    }

    /** A node with one output; returns the output's name. */
    String node(String operator, String... inputs) {
        return add(Onnx.NodeProto.newBuilder().setOpType(operator), inputs);
    }

    /** A node with an {@code axis}. */
    String nodeOnAxis(String operator, long axis, String... inputs) {
        return add(
                Onnx.NodeProto.newBuilder()
                        .setOpType(operator)
                        .addAttribute(
                                Onnx.AttributeProto.newBuilder()
                                        .setName("axis")
                                        .setType(Onnx.AttributeProto.AttributeType.INT)
                                        .setI(axis)),
                inputs);
    }

    private String add(Onnx.NodeProto.Builder node, String... inputs) {
        String name = fresh(node.getOpType());
        graph.addNode(node.setName(name).addAllInput(Arrays.asList(inputs)).addOutput(name));
        return name;
    }

    private String fresh(String stem) {
        int number = namesUsed.merge(stem, 1, Integer::sum);
        return stem + "/" + number; // a task's name has no '/', so none can be the same
    }

    /** A parameter of the snapshot. */
    String parameter(String name) {
        INDArray value = parameters.get(name);
        if (value == null) {
            throw new IllegalArgumentException(
                    "parameter " + name + " is missing; there are " + parameters.keySet());
        }
        if (stored.add(name)) {
            store(name, value.dup('c').data().asFloat(), value.shape());
        }
        return name;
    }

    /** A constant of floats. */
    String floats(String stem, float[] values, long... shape) {
        String name = fresh(stem);
        store(name, values, shape);
        return name;
    }

    /** A constant scalar. */
    String scalar(String stem, double value) {
        return floats(stem, new float[] {(float) value});
    }

    /** A constant of whole numbers: a list, or a scalar where the shape is empty. */
    String integers(long[] values, long... shape) {
        String name = fresh("integers");
        ByteBuffer bytes =
                ByteBuffer.allocate(values.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (long value : values) {
            bytes.putLong(value);
        }
        tensor(name, Onnx.TensorProto.DataType.INT64, bytes, shape);
        return name;
    }

    private void store(String name, float[] values, long... shape) {
        ByteBuffer bytes =
                ByteBuffer.allocate(Math.multiplyExact(values.length, Float.BYTES))
                        .order(ByteOrder.LITTLE_ENDIAN);
        for (float value : values) {
            bytes.putFloat(value);
        }
        tensor(name, Onnx.TensorProto.DataType.FLOAT, bytes, shape);
    }

    private void tensor(
            String name, Onnx.TensorProto.DataType type, ByteBuffer bytes, long... shape) {
        Onnx.TensorProto.Builder tensor =
                Onnx.TensorProto.newBuilder().setName(name).setDataType(type.getNumber());
        for (long size : shape) {
            tensor.addDims(size);
        }
        bytes.flip();
        graph.addInitializer(tensor.setRawData(ByteString.copyFrom(bytes)));
    }

    /** Side by side; one value is itself. */
    String columns(List<String> parts) {
        return parts.size() == 1
                ? parts.get(0)
                : nodeOnAxis("Concat", 1, parts.toArray(new String[0]));
    }

    /** One column [n] of a value [n, columns]. */
    String column(String value, int index) {
        return nodeOnAxis("Gather", 1, value, integers(new long[] {index}));
    }

    /** [n] as [n, 1], or [n, columns] as [n, 1, columns]. */
    String unsqueezed(String value) {
        return node("Unsqueeze", value, integers(new long[] {1}, 1));
    }

    /** The reverse of {@link #unsqueezed}. */
    String squeezed(String value) {
        return node("Squeeze", value, integers(new long[] {1}, 1));
    }
}
