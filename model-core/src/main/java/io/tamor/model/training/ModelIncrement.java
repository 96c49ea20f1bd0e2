package io.tamor.model.training;

import io.tamor.model.embedding.FeatureStatistics;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What one replica has learned between two moments: the difference of every dense parameter, of
 * those embedding rows that changed, and the statistics of the dense features of the samples in
 * between.
 *
 * <p>Stored form, version 1, big-endian: int magic, int version, long steps, int arrays, per array
 * string name, int width, int length, int rows (-1: all), int[] their numbers, floats; statistics
 * as {@link ModelValues}; long CRC-32 of all before.
 */
public final class ModelIncrement {
    private static final int MAGIC = 0x4D_49_4E_43; // "MINC"
    private static final int VERSION = 1;
    private static final int ALL = -1;

    private final long steps;
    private final List<String> names;
    private final int[] widths;
    private final int[] lengths;

    /** Per table the numbers of the changed rows, ascending; empty for a dense parameter. */
    private final int[][] rows;

    /** Per dense parameter every difference, per table those of its changed rows. */
    private final float[][] differences;

    private final List<FeatureStatistics> statistics;

    private ModelIncrement(
            long steps,
            List<String> names,
            int[] widths,
            int[] lengths,
            int[][] rows,
            float[][] differences,
            List<FeatureStatistics> statistics) {
        this.steps = steps;
        this.names = names;
        this.widths = widths;
        this.lengths = lengths;
        this.rows = rows;
        this.differences = differences;
        this.statistics = statistics;
    }

    /** The way from one to the other, which must be of one model. */
    public static ModelIncrement between(ModelValues from, ModelValues to) {
        int size = to.size();
        int[] lengths = new int[size];
        int[][] rows = new int[size][];
        float[][] differences = new float[size][];
        for (int i = 0; i < size; i++) {
            float[] before = from.array(i);
            float[] after = to.array(i);
            lengths[i] = after.length;
            if (to.width(i) == ModelValues.DENSE) {
                rows[i] = new int[0];
                differences[i] = new float[after.length];
                for (int k = 0; k < after.length; k++) {
                    differences[i][k] = after[k] - before[k];
                }
            } else {
                rows[i] = changedRows(before, after, to.width(i));
                differences[i] = differences(before, after, to.width(i), rows[i]);
            }
        }
        List<FeatureStatistics> since = new ArrayList<>();
        for (int side = 0; side < to.statistics().size(); side++) {
            since.add(to.statistics().get(side).minus(from.statistics().get(side)));
        }
        return new ModelIncrement(
                to.steps(), to.names(), to.widths(), lengths, rows, differences, since);
    }

    private static int[] changedRows(float[] before, float[] after, int width) {
        int[] changed = new int[after.length / width];
        int count = 0;
        for (int row = 0; row < changed.length; row++) {
            int at = row * width;
            if (!Arrays.equals(before, at, at + width, after, at, at + width)) {
                changed[count++] = row;
            }
        }
        return Arrays.copyOf(changed, count);
    }

    private static float[] differences(float[] before, float[] after, int width, int[] rows) {
        float[] differences = new float[rows.length * width];
        for (int r = 0; r < rows.length; r++) {
            for (int d = 0; d < width; d++) {
                int at = rows[r] * width + d;
                differences[r * width + d] = after[at] - before[at];
            }
        }
        return differences;
    }

    /** Training steps of the replica when it was cut. */
    long steps() {
        return steps;
    }

    /** Whether every difference is a finite number. */
    public boolean finite() {
        for (float[] array : differences) {
            for (float difference : array) {
                if (!Float.isFinite(difference)) {
                    return false;
                }
            }
        }
        return true;
    }

    /** Embedding rows that changed. */
    public long rowCount() {
        return Arrays.stream(rows).mapToLong(changed -> changed.length).sum();
    }

    /** Whether it is a way of values of this shape. */
    boolean fits(ModelValues values) {
        int[] theirs = new int[values.size()];
        for (int i = 0; i < theirs.length; i++) {
            theirs[i] = values.array(i).length;
        }
        return names.equals(values.names())
                && Arrays.equals(widths, values.widths())
                && Arrays.equals(lengths, theirs);
    }

    int[] rows(int index) {
        return rows[index];
    }

    float[] differences(int index) {
        return differences[index];
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
        out.writeInt(differences.length);
        for (int i = 0; i < differences.length; i++) {
            out.writeString(names.get(i));
            out.writeInt(widths[i]);
            out.writeInt(lengths[i]);
            out.writeInt(widths[i] == ModelValues.DENSE ? ALL : rows[i].length);
            for (int row : rows[i]) {
                out.writeInt(row);
            }
            out.writeFloats(differences[i], 0);
        }
        ModelValues.writeStatistics(out, statistics);
        out.writeChecksum();
    }

    /** Reads what {@link #write} wrote. */
    public static ModelIncrement read(DataInput source) throws IOException {
        StateInput in = new StateInput(source);
        in.expect("magic", MAGIC);
        in.expect("version", VERSION);
        long steps = in.readLong();
        int size = in.readInt();
        List<String> names = new ArrayList<>();
        int[] widths = new int[size];
        int[] lengths = new int[size];
        int[][] rows = new int[size][];
        float[][] differences = new float[size][];
        for (int i = 0; i < size; i++) {
            names.add(in.readString());
            widths[i] = in.readInt();
            lengths[i] = in.readInt();
            int changed = in.readInt();
            rows[i] = new int[Math.max(0, changed)];
            for (int r = 0; r < rows[i].length; r++) {
                rows[i][r] = in.readInt();
            }
            differences[i] = new float[changed == ALL ? lengths[i] : changed * widths[i]];
            in.readFloats(differences[i], 0);
        }
        List<FeatureStatistics> statistics = ModelValues.readStatistics(in);
        in.expectChecksum();
        return new ModelIncrement(
                steps, List.copyOf(names), widths, lengths, rows, differences, statistics);
    }
}
