package io.tamor.model.snapshot;

import io.tamor.model.config.Problems;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * What changed from one version to the next, as tensors: every dense parameter whole; of an
 * embedding table the changed rows [k, dim] under its name, with their numbers int32 [k],
 * ascending, under {@code <name>#rows}. A table of which nothing changed is left out.
 */
final class Delta {
    private static final String ROWS = "#rows";

    private Delta() {}

    /** The tensors of a delta; a table that {@code changedRows} does not name is unchanged. */
    static SortedMap<String, INDArray> of(
            Map<String, INDArray> parameters, Map<String, BitSet> changedRows) {
        SortedMap<String, INDArray> delta = new TreeMap<>(parameters);
        changedRows.forEach(
                (name, bits) -> {
                    INDArray table = delta.remove(name);
                    if (table == null) {
                        throw new IllegalArgumentException(
                                "changed rows of " + name + ", parameters are " + delta.keySet());
                    }
                    if (!bits.isEmpty()) {
                        delta.put(name, rows(table, bits));
                        delta.put(name + ROWS, Nd4j.createFromArray(bits.stream().toArray()));
                    }
                });
        return delta;
    }

    private static INDArray rows(INDArray table, BitSet bits) {
        int dim = Math.toIntExact(table.size(1));
        float[] all = table.dup('c').data().asFloat();
        float[] kept = new float[bits.cardinality() * dim];
        int to = 0;
        for (int row = bits.nextSetBit(0); row >= 0; row = bits.nextSetBit(row + 1)) {
            System.arraycopy(all, row * dim, kept, to, dim);
            to += dim;
        }
        return Nd4j.create(kept, new long[] {bits.cardinality(), dim}, DataType.FLOAT);
    }

    /**
     * Turns the parent's parameters into the version's. Checked as a whole before anything changes.
     *
     * @param parameters the parent's, as {@code shapes} says; becomes the version's
     */
    static void apply(
            Map<String, INDArray> delta,
            SortedMap<String, INDArray> parameters,
            ParameterShapes shapes) {
        SortedMap<String, INDArray> whole = new TreeMap<>(parameters);
        Problems problems = new Problems();
        for (Map.Entry<String, INDArray> entry : delta.entrySet()) {
            String name = entry.getKey();
            if (shapes.tables().contains(name)) {
                checkRows(problems, name, entry.getValue(), delta, parameters);
            } else if (!name.endsWith(ROWS) || !delta.containsKey(tableOf(name))) {
                whole.put(name, entry.getValue());
            }
        }
        for (String name : shapes.names()) {
            problems.require(
                    shapes.tables().contains(name) || delta.containsKey(name),
                    "dense parameter " + name + " is missing");
        }
        shapes.problems(whole).list().forEach(problem -> problems.require(false, problem));
        problems.throwIfAny("delta");
        for (String name : shapes.tables()) {
            INDArray values = delta.get(name);
            INDArray rows = delta.get(name + ROWS);
            INDArray table = whole.get(name);
            if (values != null && rows != null && table != null) {
                whole.put(name, with(table, values, rows));
            }
        }
        parameters.putAll(whole);
    }

    private static String tableOf(String rowsName) {
        return rowsName.substring(0, rowsName.length() - ROWS.length());
    }

    private static void checkRows(
            Problems problems,
            String name,
            INDArray values,
            Map<String, INDArray> delta,
            Map<String, INDArray> parameters) {
        INDArray table = parameters.get(name);
        INDArray rows = delta.get(name + ROWS);
        boolean fits =
                table != null
                        && rows != null
                        && rows.dataType() == DataType.INT32
                        && rows.rank() == 1
                        && values.dataType() == DataType.FLOAT
                        && values.rank() == 2
                        && values.size(0) == rows.length()
                        && values.size(1) == table.size(1);
        problems.require(
                fits,
                "table "
                        + name
                        + " needs rows of the table's width and as many numbers in "
                        + name
                        + ROWS
                        + ", found "
                        + Arrays.toString(values.shape())
                        + " and "
                        + (rows == null ? "none" : Arrays.toString(rows.shape())));
        if (!fits || table == null || rows == null) {
            return;
        }
        int last = -1;
        for (int row : rows.toIntVector()) {
            problems.require(
                    row > last && row < table.size(0),
                    "table "
                            + name
                            + ": row "
                            + row
                            + " after row "
                            + last
                            + " of "
                            + table.size(0));
            last = row;
        }
    }

    private static INDArray with(INDArray table, INDArray values, INDArray rows) {
        int dim = Math.toIntExact(table.size(1));
        float[] all = table.dup('c').data().asFloat();
        float[] changed = values.dup('c').data().asFloat();
        int from = 0;
        for (int row : rows.toIntVector()) {
            System.arraycopy(changed, from, all, row * dim, dim);
            from += dim;
        }
        return Nd4j.create(all, table.shape(), DataType.FLOAT);
    }
}
