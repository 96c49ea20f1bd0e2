package io.tamor.model.network;

import io.tamor.model.config.FieldSpec;
import io.tamor.model.config.ModelSpec;
import io.tamor.model.config.Side;
import io.tamor.model.embedding.Categories;
import java.util.Arrays;
import java.util.List;

/**
 * Samples on their way into a model: categories as table rows, dense features, tier and scenario,
 * and the labels that are final. Preallocated for a capacity and reused: {@link #clear}, then
 * {@link #addRow} and the setters for each sample. Values out of range are refused where they are
 * set. Not thread-safe.
 */
public final class MiniBatch {
    private final ModelSpec spec;
    private final int capacity;
    private final int taskCount;
    private final int denseCount;
    private final Categories[] categories;
    private final float[] dense;
    private final int[] tier;
    private final int[] scenario;
    private final float[] label;
    private final float[] weight;
    private final boolean[] known;
    private final List<Categories> allCategories;
    private int size;
    private boolean sharesUser;

    /** For at most {@code capacity} rows of samples as {@code spec} describes them. */
    public MiniBatch(ModelSpec spec, int capacity) {
        if (capacity < 1) {
            throw new IllegalArgumentException("capacity must be >= 1, was " + capacity);
        }
        this.spec = spec;
        this.capacity = capacity;
        taskCount = spec.tasks().size();
        denseCount = spec.input().dense().size();
        categories = new Categories[spec.input().fields().size()];
        for (int f = 0; f < categories.length; f++) {
            categories[f] = new Categories(capacity);
        }
        allCategories = List.of(categories);
        dense = new float[capacity * denseCount];
        tier = new int[capacity];
        scenario = new int[capacity];
        label = new float[capacity * taskCount];
        weight = new float[capacity * taskCount];
        known = new boolean[capacity * taskCount];
    }

    /** The model whose samples these are. */
    public ModelSpec spec() {
        return spec;
    }

    /** Rows in the batch. */
    public int size() {
        return size;
    }

    /** The most rows there can be. */
    public int capacity() {
        return capacity;
    }

    /** Empties the batch. */
    public void clear() {
        size = 0;
        sharesUser = false;
        for (Categories field : categories) {
            field.clear();
        }
    }

    /** One of its own with the same rows, as another thread may need it; allocates. */
    public MiniBatch copy() {
        MiniBatch copy = new MiniBatch(spec, capacity);
        for (int f = 0; f < categories.length; f++) {
            copy.categories[f].copyFrom(categories[f], size);
        }
        System.arraycopy(dense, 0, copy.dense, 0, size * denseCount);
        System.arraycopy(tier, 0, copy.tier, 0, size);
        System.arraycopy(scenario, 0, copy.scenario, 0, size);
        System.arraycopy(label, 0, copy.label, 0, size * taskCount);
        System.arraycopy(weight, 0, copy.weight, 0, size * taskCount);
        System.arraycopy(known, 0, copy.known, 0, size * taskCount);
        copy.size = size;
        copy.sharesUser = sharesUser;
        return copy;
    }

    /**
     * From now on every row is of row 0's user, whose side is then computed once: for scoring one
     * user against many items. Call it after row 0 has its user's features; rows added later get
     * copies of them. Such a batch can not be trained on. {@link #clear} ends it.
     */
    public void shareUser() {
        if (size != 1) {
            throw new IllegalStateException(
                    "shareUser needs exactly the first row, there are " + size);
        }
        sharesUser = true;
    }

    /** Whether all rows are of one user. */
    public boolean sharesUser() {
        return sharesUser;
    }

    private void copyUser(int row) {
        for (int f = 0; f < categories.length; f++) {
            if (spec.input().fields().get(f).side() == Side.USER) {
                categories[f].copy(0, row);
            }
        }
        for (int d = 0; d < denseCount; d++) {
            if (spec.input().dense().get(d).side() == Side.USER) {
                dense[row * denseCount + d] = dense[d];
            }
        }
        tier[row] = tier[0];
    }

    /** Adds a row with everything missing, dense features 0, tier and scenario 0, labels masked. */
    public int addRow() {
        if (size == capacity) {
            throw new IllegalStateException("the mini-batch is full: capacity " + capacity);
        }
        int row = size++;
        for (Categories field : categories) {
            field.set(row, 0);
        }
        Arrays.fill(dense, row * denseCount, (row + 1) * denseCount, 0f);
        tier[row] = 0;
        scenario[row] = 0;
        Arrays.fill(label, row * taskCount, (row + 1) * taskCount, 0f);
        Arrays.fill(weight, row * taskCount, (row + 1) * taskCount, 0f);
        Arrays.fill(known, row * taskCount, (row + 1) * taskCount, false);
        if (sharesUser) {
            copyUser(row);
        }
        return row;
    }

    /** Sets a field's one value, a row of its table (0: missing) or a slot of an external one. */
    public void category(int row, int field, int tableRow) {
        checkRow(row);
        checkTableRow(field, tableRow);
        categories[field].set(row, tableRow);
    }

    /** Sets a field's several values, whose embeddings are averaged; none means missing. */
    public void categories(int row, int field, int[] tableRows, int from, int count) {
        checkRow(row);
        for (int i = 0; i < count; i++) {
            checkTableRow(field, tableRows[from + i]);
        }
        categories[field].set(row, tableRows, from, count);
    }

    /** Sets a dense feature, by its index in {@code InputSpec.dense}. */
    public void dense(int row, int index, float value) {
        checkRow(row);
        checkIndex("dense feature", index, denseCount);
        dense[row * denseCount + index] = value;
    }

    /** Sets the sample's tier, an index in {@code InputSpec.tiers}. */
    public void tier(int row, int value) {
        checkRow(row);
        checkIndex("tier", value, spec.input().tiers().size());
        tier[row] = value;
    }

    /** Sets the sample's scenario, an index in {@code InputSpec.scenarios}. */
    public void scenario(int row, int value) {
        checkRow(row);
        checkIndex("scenario", value, spec.input().scenarios().size());
        scenario[row] = value;
    }

    /** Sets a final label, 0 or 1 or an amount in yuan, with its loss weight, and unmasks it. */
    public void label(int row, int task, float value, float lossWeight) {
        checkRow(row);
        checkIndex("task", task, taskCount);
        label[row * taskCount + task] = value;
        weight[row * taskCount + task] = lossWeight;
        known[row * taskCount + task] = true;
    }

    /** Whether the label of a task is unknown. */
    public boolean masked(int row, int task) {
        return !known[row * taskCount + task];
    }

    /** The label of a task; 0 where masked. */
    public float label(int row, int task) {
        return label[row * taskCount + task];
    }

    /** The loss weight of a task; 0 where masked. */
    public float weight(int row, int task) {
        return weight[row * taskCount + task];
    }

    public int tier(int row) {
        return tier[row];
    }

    public int scenario(int row) {
        return scenario[row];
    }

    /** A dense feature as it was set. */
    public float dense(int row, int index) {
        return dense[row * denseCount + index];
    }

    /** The values of a field. */
    public Categories categories(int field) {
        return categories[field];
    }

    List<Categories> allCategories() {
        return allCategories;
    }

    int denseCount() {
        return denseCount;
    }

    float[] denseValues() {
        return dense;
    }

    int[] tiers() {
        return tier;
    }

    int[] scenarios() {
        return scenario;
    }

    private void checkRow(int row) {
        if (row < 0 || row >= size) {
            throw new IndexOutOfBoundsException("row " + row + " is not in [0, " + size + ")");
        }
    }

    private void checkTableRow(int field, int tableRow) {
        FieldSpec f = spec.input().fields().get(field);
        if (tableRow < 0 || tableRow >= f.rows()) {
            throw new IllegalArgumentException(
                    "field "
                            + f.name()
                            + ": table row must be in [0, "
                            + f.rows()
                            + "), was "
                            + tableRow);
        }
    }

    private static void checkIndex(String what, int index, int count) {
        if (index < 0 || index >= count) {
            throw new IllegalArgumentException(
                    what + " index must be in [0, " + count + "), was " + index);
        }
    }
}
