package io.tamor.model.snapshot;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What changed from one snapshot to another.
 *
 * @param fromVersion the earlier, or whichever is compared with
 * @param toVersion the other
 * @param sameModel whether the model descriptions are equal
 * @param changed parameters with any bit changed, by name; a growing table counts as reshaped
 * @param unchangedCount parameters equal in every bit
 * @param added names that only the second has
 * @param removed names that only the first has
 * @param reshaped names of parameters whose shapes differ, with both shapes
 */
public record SnapshotDiff(
        long fromVersion,
        long toVersion,
        boolean sameModel,
        List<ParameterChange> changed,
        int unchangedCount,
        List<String> added,
        List<String> removed,
        List<String> reshaped) {
    public SnapshotDiff {
        changed = List.copyOf(changed);
        added = List.copyOf(added);
        removed = List.copyOf(removed);
        reshaped = List.copyOf(reshaped);
    }

    /** Compares two snapshots, parameter by parameter. */
    public static SnapshotDiff between(Snapshot from, Snapshot to) {
        List<ParameterChange> changed = new ArrayList<>();
        List<String> reshaped = new ArrayList<>();
        int unchanged = 0;
        for (Map.Entry<String, INDArray> entry : from.parameters().entrySet()) {
            INDArray second = to.parameters().get(entry.getKey());
            if (second == null) {
                continue;
            }
            INDArray first = entry.getValue();
            if (!Arrays.equals(first.shape(), second.shape())) {
                reshaped.add(
                        entry.getKey()
                                + " "
                                + Arrays.toString(first.shape())
                                + " -> "
                                + Arrays.toString(second.shape()));
                continue;
            }
            ParameterChange change = compare(entry.getKey(), first, second);
            if (change.rowsChanged() > 0) {
                changed.add(change);
            } else {
                unchanged++;
            }
        }
        return new SnapshotDiff(
                from.manifest().version(),
                to.manifest().version(),
                from.manifest().model().equals(to.manifest().model()),
                changed,
                unchanged,
                without(to.parameters().keySet(), from.parameters().keySet()),
                without(from.parameters().keySet(), to.parameters().keySet()),
                reshaped);
    }

    private static ParameterChange compare(String name, INDArray first, INDArray second) {
        float[] a = first.dup('c').data().asFloat();
        float[] b = second.dup('c').data().asFloat();
        int columns = first.rank() < 2 ? 1 : Math.toIntExact(first.size(first.rank() - 1));
        int rows = columns == 0 ? 0 : a.length / columns;
        double largest = 0;
        long rowsChanged = 0;
        for (int row = 0; row < rows; row++) {
            boolean rowChanged = false;
            for (int i = row * columns; i < (row + 1) * columns; i++) {
                if (Float.floatToRawIntBits(a[i]) != Float.floatToRawIntBits(b[i])) {
                    rowChanged = true;
                    largest = Math.max(largest, Math.abs((double) a[i] - b[i]));
                }
            }
            rowsChanged += rowChanged ? 1 : 0;
        }
        List<Long> shape = Arrays.stream(first.shape()).boxed().toList();
        return new ParameterChange(name, shape, largest, rowsChanged, rows);
    }

    private static List<String> without(Set<String> names, Set<String> others) {
        Set<String> left = new TreeSet<>(names);
        left.removeAll(others);
        return List.copyOf(left);
    }
}
