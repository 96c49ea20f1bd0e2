package io.tamor.model.network;

import io.tamor.model.embedding.EmbeddingTable;
import io.tamor.model.embedding.SparseGradient;
import io.tamor.model.tensor.Kernels;
import io.tamor.model.tensor.Matrix;
import io.tamor.model.tensor.Parameter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A network's parameters by name, in a fixed order: the embedding tables, then the dense
 * parameters. External tables are no part of it.
 */
public final class Parameters {
    private final List<EmbeddingTable> tables;
    private final List<Parameter> dense;
    private final Map<String, EmbeddingTable> tableByName = new LinkedHashMap<>();
    private final Map<String, Parameter> denseByName = new LinkedHashMap<>();

    Parameters(List<EmbeddingTable> tables, List<Parameter> dense) {
        this.tables = List.copyOf(tables);
        this.dense = List.copyOf(dense);
        for (EmbeddingTable table : tables) {
            if (!table.field().external()) {
                tableByName.put(table.name(), table);
            }
        }
        dense.forEach(p -> denseByName.put(p.name(), p));
    }

    /** Every name, in order. */
    public List<String> names() {
        List<String> names = new ArrayList<>(tableByName.keySet());
        names.addAll(denseByName.keySet());
        return names;
    }

    /**
     * Whether the parameter is an embedding table, of which a step changes the touched rows only.
     */
    public boolean sparse(String name) {
        return tableByName.containsKey(name);
    }

    /** A copy of the value. */
    public INDArray value(String name) {
        EmbeddingTable table = tableByName.get(name);
        return table == null ? dense(name).value().array().dup() : table.values();
    }

    /** Whether every number of the value is finite. */
    public boolean isFinite(String name) {
        EmbeddingTable table = tableByName.get(name);
        return table == null ? isFinite(dense(name).value().array()) : table.isFinite();
    }

    /** Whether every number of a small array is finite: ND4J would take milliseconds for each. */
    public static boolean isFinite(INDArray array) {
        float[] values = array.data().asFloat();
        return Kernels.chosen().finiteTimes(1, values, values.length);
    }

    /** Replaces the value; the shape must be the parameter's. */
    public void set(String name, INDArray value) {
        EmbeddingTable table = tableByName.get(name);
        long[] wanted = shape(name);
        if (!Arrays.equals(wanted, value.shape()) || value.dataType() != DataType.FLOAT) {
            throw new IllegalArgumentException(
                    "parameter "
                            + name
                            + " has shape "
                            + Arrays.toString(value.shape())
                            + " of "
                            + value.dataType()
                            + ", this model needs float32 "
                            + Arrays.toString(wanted));
        }
        if (table == null) {
            dense(name).value().array().assign(value);
        } else {
            table.set(value);
        }
    }

    /** A parameter's shape. */
    public long[] shape(String name) {
        EmbeddingTable table = tableByName.get(name);
        return table == null
                ? dense(name).value().array().shape()
                : new long[] {table.field().rows(), table.field().dim()};
    }

    /**
     * A copy of the last backward pass's gradient; an embedding table's with its untouched rows 0.
     */
    public INDArray gradient(String name) {
        EmbeddingTable table = tableByName.get(name);
        if (table == null) {
            return dense(name).gradient().array().dup();
        }
        Matrix full = Matrix.zeros(table.field().rows(), table.field().dim());
        SparseGradient sparse = table.gradient();
        for (int slot = 0; slot < sparse.touched(); slot++) {
            for (int d = 0; d < sparse.dim(); d++) {
                full.set(sparse.row(slot), d, sparse.lane(0)[slot * sparse.dim() + d]);
            }
        }
        return full.array();
    }

    /** Every table, external ones too. */
    public List<EmbeddingTable> tables() {
        return tables;
    }

    /** Every dense parameter. */
    public List<Parameter> dense() {
        return dense;
    }

    private Parameter dense(String name) {
        Parameter parameter = denseByName.get(name);
        if (parameter == null) {
            throw new IllegalArgumentException("no parameter " + name + "; there are " + names());
        }
        return parameter;
    }
}
