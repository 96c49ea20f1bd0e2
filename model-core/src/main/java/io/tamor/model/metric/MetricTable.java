package io.tamor.model.metric;

import io.tamor.model.config.ModelSpec;
import io.tamor.model.config.TaskSpec;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The metrics of a model's tasks by tier and scenario, each also for all tiers and all scenarios
 * together. A label is counted once, in the cell of its tier and scenario; what is asked of all
 * together is summed from the cells then, always in the same order. A cell takes memory from its
 * first label on; after that {@link #add} allocates nothing. Not thread-safe.
 */
public final class MetricTable {
    /** Stands for every tier, or every scenario, together. */
    public static final int ALL = -1;

    private static final int VERSION = 2;

    /** Had the sums of all too, between the cells. */
    private static final int WITH_SUMS = 1;

    private final List<TaskSpec> tasks;
    private final List<String> tiers;
    private final List<String> scenarios;

    // By task, tier, scenario; the last scenario is that of labels without one.
    private final @Nullable BinaryMetrics[] binary;
    private final @Nullable AmountMetrics[] amount;
    private final ScoredLabel scored = new ScoredLabel();

    /** An empty table for the tasks, tiers and scenarios of a model. */
    public MetricTable(ModelSpec spec) {
        this(spec, spec.input().scenarios());
    }

    private MetricTable(ModelSpec spec, List<String> scenarios) {
        tasks = spec.tasks();
        tiers = spec.input().tiers();
        this.scenarios = scenarios;
        int cells = tasks.size() * tiers.size() * (scenarios.size() + 1);
        binary = new BinaryMetrics[cells];
        amount = new AmountMetrics[cells];
    }

    /** An empty table that tells tiers apart and no scenarios: its labels are of {@link #ALL}. */
    public static MetricTable byTier(ModelSpec spec) {
        return new MetricTable(spec, List.of());
    }

    /**
     * Adds a scored label to its tier and scenario.
     *
     * @param scenario an index, or {@link #ALL} for a label that no scenario is to count
     * @param prediction a probability, or yuan for an amount
     * @param label for a binary task positive where above 0; yuan for an amount
     */
    public void add(
            int task, int tier, int scenario, double prediction, double label, double weight) {
        scored.set(tasks.get(task).target(), prediction, label, weight);
        int index = index(task, tier, scenario);
        if (scored.binary()) {
            binaryCell(index).add(scored);
        } else {
            amountCell(index).add(scored);
        }
    }

    private BinaryMetrics binaryCell(int index) {
        BinaryMetrics cell = binary[index];
        if (cell == null) {
            cell = new BinaryMetrics();
            binary[index] = cell;
        }
        return cell;
    }

    private AmountMetrics amountCell(int index) {
        AmountMetrics cell = amount[index];
        if (cell == null) {
            cell = new AmountMetrics();
            amount[index] = cell;
        }
        return cell;
    }

    /**
     * Metrics of a binary task in a slice, not to be added to; null where it has no label, or is an
     * amount.
     */
    public @Nullable BinaryMetrics binary(int task, int tier, int scenario) {
        return sum(binary, task, tier, scenario, BinaryMetrics::new, BinaryMetrics::merge);
    }

    /**
     * Metrics of an amount in a slice, not to be added to; null where it has no label, or is
     * binary.
     */
    public @Nullable AmountMetrics amount(int task, int tier, int scenario) {
        return sum(amount, task, tier, scenario, AmountMetrics::new, AmountMetrics::merge);
    }

    /** Labels of a task over all tiers and scenarios. */
    public long count(int task) {
        long count = 0;
        for (int i = end(task - 1); i < end(task); i++) {
            BinaryMetrics b = binary[i];
            AmountMetrics a = amount[i];
            count += (b == null ? 0 : b.count()) + (a == null ? 0 : a.count());
        }
        return count;
    }

    /** The positive ones among them. */
    public long positives(int task) {
        long positives = 0;
        for (int i = end(task - 1); i < end(task); i++) {
            BinaryMetrics b = binary[i];
            AmountMetrics a = amount[i];
            positives += (b == null ? 0 : b.positives()) + (a == null ? 0 : a.positives());
        }
        return positives;
    }

    private int end(int task) {
        return (task + 1) * tiers.size() * (scenarios.size() + 1);
    }

    /** A slice's only cell itself, or the sum of its cells. */
    private <M> @Nullable M sum(
            @Nullable M[] cells,
            int task,
            int tier,
            int scenario,
            Supplier<M> empty,
            BiConsumer<M, M> merge) {
        if (tier < ALL || tier >= tiers.size()) {
            throw noSlice(task, tier, scenario);
        }
        M only = null;
        M sum = null;
        for (int t = tier == ALL ? 0 : tier; t < (tier == ALL ? tiers.size() : tier + 1); t++) {
            int to = index(task, t, scenario);
            int from = scenario == ALL ? to - scenarios.size() : to;
            for (int i = from; i <= to; i++) {
                M cell = cells[i];
                if (cell != null && only == null) {
                    only = cell;
                } else if (cell != null) {
                    if (sum == null) {
                        sum = empty.get();
                        merge.accept(sum, only);
                    }
                    merge.accept(sum, cell);
                }
            }
        }
        return sum == null ? only : sum;
    }

    /** Adds all that another table of the same model has seen. */
    public void merge(MetricTable other) {
        if (!other.axes().equals(axes())) {
            throw new IllegalArgumentException(
                    "metrics of " + other.axes() + " cannot be added to metrics of " + axes());
        }
        for (int i = 0; i < binary.length; i++) {
            BinaryMetrics itsBinary = other.binary[i];
            if (itsBinary != null) {
                binaryCell(i).merge(itsBinary);
            }
            AmountMetrics itsAmount = other.amount[i];
            if (itsAmount != null) {
                amountCell(i).merge(itsAmount);
            }
        }
    }

    /** Forgets everything. */
    public void clear() {
        Arrays.fill(binary, null);
        Arrays.fill(amount, null);
    }

    /** The figures of every slice with a label, in order of task, tier, scenario, "all" last. */
    public List<MetricRow> rows() {
        List<MetricRow> rows = new ArrayList<>();
        for (int task = 0; task < tasks.size(); task++) {
            for (int tier = 0; tier <= tiers.size(); tier++) {
                for (int scenario = 0; scenario <= scenarios.size(); scenario++) {
                    int ofTier = tier == tiers.size() ? ALL : tier;
                    int ofScenario = scenario == scenarios.size() ? ALL : scenario;
                    String tierName = name(tiers, tier);
                    String scenarioName = name(scenarios, scenario);
                    String taskName = tasks.get(task).name();
                    BinaryMetrics b = binary(task, ofTier, ofScenario);
                    if (b != null) {
                        rows.add(
                                new MetricRow(
                                        taskName,
                                        tierName,
                                        scenarioName,
                                        b.count(),
                                        b.positives(),
                                        b.values()));
                    }
                    AmountMetrics a = amount(task, ofTier, ofScenario);
                    if (a != null) {
                        rows.add(
                                new MetricRow(
                                        taskName,
                                        tierName,
                                        scenarioName,
                                        a.count(),
                                        a.positives(),
                                        a.values()));
                    }
                }
            }
        }
        return rows;
    }

    /** Writes everything; version 2: int version, the axes' names, then cell by cell. */
    public void write(DataOutput out) throws IOException {
        out.writeInt(VERSION);
        MetricWire.writeNames(out, taskNames());
        MetricWire.writeNames(out, tiers);
        MetricWire.writeNames(out, scenarios);
        for (int i = 0; i < binary.length; i++) {
            BinaryMetrics b = binary[i];
            out.writeBoolean(b != null);
            if (b != null) {
                b.write(out);
            }
            AmountMetrics a = amount[i];
            out.writeBoolean(a != null);
            if (a != null) {
                a.write(out);
            }
        }
    }

    /**
     * Replaces the content by what {@link #write} wrote, bit for bit: for the same tasks, and for
     * the same tiers and scenarios or the first of them, since a model grows by appending. Of
     * version 1 the sums are read and left; no table with scenarios was written there that had
     * labels without one.
     */
    public void read(DataInput in) throws IOException {
        int version = in.readInt();
        if (version != WITH_SUMS && version != VERSION) {
            throw new IOException(
                    "metrics: wanted version "
                            + WITH_SUMS
                            + " or "
                            + VERSION
                            + " of a metric table, found "
                            + version);
        }
        List<String> itsTasks = MetricWire.readNames(in);
        List<String> itsTiers = MetricWire.readNames(in);
        List<String> itsScenarios = MetricWire.readNames(in);
        if (!itsTasks.equals(taskNames())
                || !startsWith(tiers, itsTiers)
                || !startsWith(scenarios, itsScenarios)) {
            throw new IOException(
                    "metrics: wanted a table of "
                            + axes()
                            + ", found "
                            + axes(itsTasks, itsTiers, itsScenarios));
        }
        clear();
        int rows = itsTiers.size() + (version == WITH_SUMS ? 1 : 0);
        for (int task = 0; task < tasks.size(); task++) {
            for (int tier = 0; tier < rows; tier++) {
                for (int scenario = 0; scenario <= itsScenarios.size(); scenario++) {
                    BinaryMetrics b = in.readBoolean() ? BinaryMetrics.read(in) : null;
                    AmountMetrics a = in.readBoolean() ? AmountMetrics.read(in) : null;
                    boolean last = scenario == itsScenarios.size();
                    boolean sum =
                            version == WITH_SUMS
                                    && (tier == itsTiers.size() || (last && scenario > 0));
                    if (!sum) {
                        int index = index(task, tier, last ? ALL : scenario);
                        binary[index] = b;
                        amount[index] = a;
                    }
                }
            }
        }
    }

    private static boolean startsWith(List<String> names, List<String> first) {
        return names.size() >= first.size() && names.subList(0, first.size()).equals(first);
    }

    /** A task's name with its target, which decides how it is measured. */
    private List<String> taskNames() {
        return tasks.stream().map(task -> task.name() + ":" + task.target()).toList();
    }

    private String axes() {
        return axes(taskNames(), tiers, scenarios);
    }

    private static String axes(List<String> tasks, List<String> tiers, List<String> scenarios) {
        return "tasks " + tasks + " tiers " + tiers + " scenarios " + scenarios;
    }

    private static String name(List<String> names, int index) {
        return index == names.size() ? MetricRow.ALL : names.get(index);
    }

    private int index(int task, int tier, int scenario) {
        if (task < 0
                || task >= tasks.size()
                || tier < 0
                || tier >= tiers.size()
                || scenario < ALL
                || scenario >= scenarios.size()) {
            throw noSlice(task, tier, scenario);
        }
        int s = scenario == ALL ? scenarios.size() : scenario;
        return (task * tiers.size() + tier) * (scenarios.size() + 1) + s;
    }

    private static IndexOutOfBoundsException noSlice(int task, int tier, int scenario) {
        return new IndexOutOfBoundsException(
                "no slice of task " + task + ", tier " + tier + ", scenario " + scenario);
    }
}
