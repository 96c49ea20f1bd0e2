package io.tamor.model.metric;

import io.tamor.model.config.ModelSpec;
import io.tamor.model.config.TaskSpec;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The metrics of a model's tasks by tier and scenario, each also for all tiers and all scenarios
 * together. A slice takes memory from its first label on; after that {@link #add} allocates
 * nothing. Not thread-safe.
 */
public final class MetricTable {
    /** Stands for every tier, or every scenario, together. */
    public static final int ALL = -1;

    private static final int VERSION = 1;

    private final List<TaskSpec> tasks;
    private final List<String> tiers;
    private final List<String> scenarios;
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
        int cells = tasks.size() * (tiers.size() + 1) * (scenarios.size() + 1);
        binary = new BinaryMetrics[cells];
        amount = new AmountMetrics[cells];
    }

    /** An empty table that tells tiers apart and no scenarios: its labels are of {@link #ALL}. */
    public static MetricTable byTier(ModelSpec spec) {
        return new MetricTable(spec, List.of());
    }

    /**
     * Adds a scored label to its tier and scenario and to those of all.
     *
     * @param scenario an index, or {@link #ALL} for a label that no scenario is to count
     * @param prediction a probability, or yuan for an amount
     * @param label for a binary task positive where above 0; yuan for an amount
     */
    public void add(
            int task, int tier, int scenario, double prediction, double label, double weight) {
        scored.set(tasks.get(task).target(), prediction, label, weight);
        add(task, tier, scenario, scored);
    }

    void add(int task, int tier, int scenario, ScoredLabel label) {
        if (scenario != ALL) {
            addCell(index(task, tier, scenario), label);
            addCell(index(task, ALL, scenario), label);
        }
        addCell(index(task, tier, ALL), label);
        addCell(index(task, ALL, ALL), label);
    }

    private void addCell(int index, ScoredLabel label) {
        if (label.binary()) {
            binaryCell(index).add(label);
        } else {
            amountCell(index).add(label);
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

    /** Metrics of a binary task in a slice; null where it has no label, or is an amount. */
    public @Nullable BinaryMetrics binary(int task, int tier, int scenario) {
        return binary[index(task, tier, scenario)];
    }

    /** Metrics of an amount in a slice; null where it has no label, or is binary. */
    public @Nullable AmountMetrics amount(int task, int tier, int scenario) {
        return amount[index(task, tier, scenario)];
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
                    int index =
                            index(
                                    task,
                                    tier == tiers.size() ? ALL : tier,
                                    scenario == scenarios.size() ? ALL : scenario);
                    String tierName = name(tiers, tier);
                    String scenarioName = name(scenarios, scenario);
                    String taskName = tasks.get(task).name();
                    BinaryMetrics b = binary[index];
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
                    AmountMetrics a = amount[index];
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

    /** Writes everything; version 1: int version, the axes' names, then cell by cell. */
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
     * the same tiers and scenarios or the first of them, since a model grows by appending.
     */
    public void read(DataInput in) throws IOException {
        MetricWire.expect(in, "version of a metric table", VERSION);
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
        for (int task = 0; task < tasks.size(); task++) {
            for (int tier = 0; tier <= itsTiers.size(); tier++) {
                for (int scenario = 0; scenario <= itsScenarios.size(); scenario++) {
                    int index =
                            index(
                                    task,
                                    tier == itsTiers.size() ? ALL : tier,
                                    scenario == itsScenarios.size() ? ALL : scenario);
                    binary[index] = in.readBoolean() ? BinaryMetrics.read(in) : null;
                    amount[index] = in.readBoolean() ? AmountMetrics.read(in) : null;
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
                || tier < ALL
                || tier >= tiers.size()
                || scenario < ALL
                || scenario >= scenarios.size()) {
            throw new IndexOutOfBoundsException(
                    "no slice of task " + task + ", tier " + tier + ", scenario " + scenario);
        }
        int t = tier == ALL ? tiers.size() : tier;
        int s = scenario == ALL ? scenarios.size() : scenario;
        return (task * (tiers.size() + 1) + t) * (scenarios.size() + 1) + s;
    }
}
