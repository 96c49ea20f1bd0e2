package io.tamor.model.training;

import io.tamor.model.embedding.DenseNormalizer;
import io.tamor.model.embedding.EmbeddingTable;
import io.tamor.model.embedding.FeatureStatistics;
import io.tamor.model.network.Network;
import io.tamor.model.optimizer.RowOptimizer;
import io.tamor.model.tensor.Matrix;
import io.tamor.model.tensor.Parameter;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A copy of all that training changes in a model and replicas of it share: the dense parameters,
 * the embedding tables' rows and the dense features' statistics. No optimiser state, no external
 * rows. Arrays are row-major, dense parameters first, then tables, in the network's order.
 *
 * <p>Stored form, version 1, big-endian: int magic, int version, long steps, int arrays, per array
 * string name, int width, int length, floats; int sides, per side int features, double count,
 * double[] mean, double[] m2; long CRC-32 of all before.
 */
public final class ModelValues {
    private static final int MAGIC = 0x4D_56_41_4C; // "MVAL"
    private static final int VERSION = 1;

    /** {@link #width} of a dense parameter, which has no rows of its own. */
    static final int DENSE = 0;

    private final long steps;
    private final List<String> names;
    private final int[] widths;
    private final float[][] arrays;
    private final List<FeatureStatistics> statistics;

    ModelValues(
            long steps,
            List<String> names,
            int[] widths,
            float[][] arrays,
            List<FeatureStatistics> statistics) {
        this.steps = steps;
        this.names = List.copyOf(names);
        this.widths = widths;
        this.arrays = arrays;
        this.statistics = List.copyOf(statistics);
    }

    /** Copies a network's. */
    static ModelValues of(Network network, long steps) {
        List<String> names = new ArrayList<>();
        List<Integer> widths = new ArrayList<>();
        List<float[]> arrays = new ArrayList<>();
        for (Parameter parameter : network.parameters().dense()) {
            Matrix value = parameter.value();
            float[] copy = new float[value.rows() * value.columns()];
            value.read(copy, value.rows());
            names.add(parameter.name());
            widths.add(DENSE);
            arrays.add(copy);
        }
        for (EmbeddingTable table : network.parameters().tables()) {
            if (!table.field().external()) {
                int dim = table.field().dim();
                float[] copy = new float[table.field().rows() * dim];
                for (int row = 0; row < table.field().rows(); row++) {
                    System.arraycopy(table.rows(), table.at(row), copy, row * dim, dim);
                }
                names.add(table.name());
                widths.add(dim);
                arrays.add(copy);
            }
        }
        return new ModelValues(
                steps,
                names,
                widths.stream().mapToInt(Integer::intValue).toArray(),
                arrays.toArray(float[][]::new),
                normalizers(network).stream().map(FeatureStatistics::of).toList());
    }

    /** Puts them into a network; a row that changes is marked, and its state fitted to it. */
    void copyTo(Network network, RowOptimizer optimizer, TouchedRows touched) {
        int i = 0;
        for (Parameter parameter : network.parameters().dense()) {
            Matrix value = parameter.value();
            expect(i, parameter.name(), value.rows() * value.columns());
            value.write(arrays[i++], value.rows());
        }
        for (EmbeddingTable table : network.parameters().tables()) {
            if (!table.field().external()) {
                expect(i, table.name(), table.field().rows() * table.field().dim());
                copyRows(arrays[i++], table, optimizer, touched);
            }
        }
        List<DenseNormalizer> normalizers = normalizers(network);
        for (int side = 0; side < normalizers.size(); side++) {
            statistics.get(side).restore(normalizers.get(side));
        }
    }

    private static void copyRows(
            float[] from, EmbeddingTable table, RowOptimizer optimizer, TouchedRows touched) {
        int dim = table.field().dim();
        for (int row = 0; row < table.field().rows(); row++) {
            int at = table.at(row);
            if (!Arrays.equals(from, row * dim, (row + 1) * dim, table.rows(), at, at + dim)) {
                System.arraycopy(from, row * dim, table.rows(), at, dim);
                optimizer.adopt(table.rows(), at, dim);
                touched.mark(table.name(), row);
            }
        }
    }

    private void expect(int index, String name, int length) {
        if (index >= arrays.length
                || !names.get(index).equals(name)
                || arrays[index].length != length) {
            throw new IllegalArgumentException(
                    "model values: wanted "
                            + name
                            + " of "
                            + length
                            + " elements, found "
                            + (index < arrays.length
                                    ? names.get(index) + " of " + arrays[index].length
                                    : "no more")
                            + "; replicas must be of one model");
        }
    }

    private static List<DenseNormalizer> normalizers(Network network) {
        DenseNormalizer user = network.inputs().user().normalizer();
        DenseNormalizer item = network.inputs().item().normalizer();
        return user == null || item == null ? List.of() : List.of(user, item);
    }

    /**
     * These, moved as a base has moved: this + (to - from), element by element; elements the base
     * did not move keep their bits, and one that would not be finite becomes the base's own.
     */
    public ModelValues rebased(ModelValues from, ModelValues to) {
        float[][] moved = new float[arrays.length][];
        for (int i = 0; i < arrays.length; i++) {
            float[] own = arrays[i];
            float[] before = from.arrays[i];
            float[] after = to.arrays[i];
            float[] sum = own.clone();
            for (int k = 0; k < sum.length; k++) {
                if (before[k] != after[k]) {
                    sum[k] = own[k] == before[k] ? after[k] : own[k] + (after[k] - before[k]);
                }
                if (!Float.isFinite(sum[k])) {
                    sum[k] = after[k];
                }
            }
            moved[i] = sum;
        }
        List<FeatureStatistics> all = new ArrayList<>();
        for (int side = 0; side < statistics.size(); side++) {
            FeatureStatistics since = statistics.get(side).minus(from.statistics.get(side));
            all.add(to.statistics.get(side).plus(since));
        }
        return new ModelValues(steps, names, widths, moved, all);
    }

    /** Training steps that led here. */
    long steps() {
        return steps;
    }

    int size() {
        return arrays.length;
    }

    List<String> names() {
        return names;
    }

    /** Elements of a table's row, {@link #DENSE} for a dense parameter. */
    int width(int index) {
        return widths[index];
    }

    int[] widths() {
        return widths;
    }

    /** The array itself. */
    float[] array(int index) {
        return arrays[index];
    }

    List<FeatureStatistics> statistics() {
        return statistics;
    }

    /** Writes the stored form. */
    public void write(DataOutput target) throws IOException {
        StateOutput out = new StateOutput(target);
        out.writeInt(MAGIC);
        out.writeInt(VERSION);
        out.writeLong(steps);
        out.writeInt(arrays.length);
        for (int i = 0; i < arrays.length; i++) {
            out.writeString(names.get(i));
            out.writeInt(widths[i]);
            out.writeInt(arrays[i].length);
            out.writeFloats(arrays[i], 0);
        }
        writeStatistics(out, statistics);
        out.writeChecksum();
    }

    /** Reads what {@link #write} wrote. */
    public static ModelValues read(DataInput source) throws IOException {
        StateInput in = new StateInput(source);
        in.expect("magic", MAGIC);
        in.expect("version", VERSION);
        long steps = in.readLong();
        int size = in.readInt();
        List<String> names = new ArrayList<>();
        int[] widths = new int[size];
        float[][] arrays = new float[size][];
        for (int i = 0; i < size; i++) {
            names.add(in.readString());
            widths[i] = in.readInt();
            arrays[i] = new float[in.readInt()];
            in.readFloats(arrays[i], 0);
        }
        List<FeatureStatistics> statistics = readStatistics(in);
        in.expectChecksum();
        return new ModelValues(steps, names, widths, arrays, statistics);
    }

    static void writeStatistics(StateOutput out, List<FeatureStatistics> statistics)
            throws IOException {
        out.writeInt(statistics.size());
        for (FeatureStatistics side : statistics) {
            out.writeInt(side.mean().length);
            out.writeDouble(side.count());
            for (int f = 0; f < side.mean().length; f++) {
                out.writeDouble(side.mean()[f]);
                out.writeDouble(side.m2()[f]);
            }
        }
    }

    static List<FeatureStatistics> readStatistics(StateInput in) throws IOException {
        List<FeatureStatistics> statistics = new ArrayList<>();
        for (int left = in.readInt(); left > 0; left--) {
            int features = in.readInt();
            double count = in.readDouble();
            FeatureStatistics side = FeatureStatistics.none(features);
            for (int f = 0; f < features; f++) {
                side.mean()[f] = in.readDouble();
                side.m2()[f] = in.readDouble();
            }
            statistics.add(new FeatureStatistics(count, side.mean(), side.m2()));
        }
        return statistics;
    }
}
