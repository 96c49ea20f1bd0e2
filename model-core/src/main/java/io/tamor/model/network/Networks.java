package io.tamor.model.network;

import io.tamor.model.config.GradientAdjustmentSpec;
import io.tamor.model.config.ModelSpec;
import io.tamor.model.config.NetworkSpec;
import io.tamor.model.config.TaskSpec;
import io.tamor.model.embedding.EmbeddingTable;
import io.tamor.model.embedding.Inputs;
import io.tamor.model.embedding.TableBuffers;
import io.tamor.model.ple.Mmoe;
import io.tamor.model.ple.Ple;
import io.tamor.model.tensor.ParameterFactory;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/** Makes networks from descriptions: the one place that names their types. */
public final class Networks {
    private Networks() {}

    /** A network that scores mini-batches of at most {@code capacity} rows. */
    public static Network create(ModelSpec spec, int capacity) {
        return create(spec, capacity, 0);
    }

    /**
     * A network initialised from its seed, whose embedding rows have room for an optimiser's state.
     *
     * @param rowStateWidth floats of optimiser state per element of an embedding row
     */
    public static Network create(ModelSpec spec, int capacity, int rowStateWidth) {
        if (capacity < 1) {
            throw new IllegalArgumentException("capacity must be >= 1, was " + capacity);
        }
        ParameterFactory factory = new ParameterFactory(spec.seed());
        TableBuffers buffers = new TableBuffers(capacity, lanes(spec), rowStateWidth);
        List<Inputs> all = inputs(spec, factory, buffers);
        Trunk trunk = trunk(spec, factory, all, capacity);
        TaskHeads heads = new TaskHeads(spec, factory, trunk, capacity);
        Set<EmbeddingTable> tables = new LinkedHashSet<>();
        all.forEach(own -> tables.addAll(own.tables()));
        Parameters parameters = new Parameters(List.copyOf(tables), factory.made());
        return new TaskNetwork(spec, capacity, all.get(0), parameters, trunk, heads);
    }

    /** The inputs that all tasks share, or each task's own. */
    private static List<Inputs> inputs(
            ModelSpec spec, ParameterFactory factory, TableBuffers buffers) {
        if (!spec.network().type().equals(NetworkSpec.SINGLE_TASK)) {
            return List.of(Inputs.create(spec.input(), factory, "", buffers));
        }
        List<Inputs> all = new ArrayList<>();
        for (TaskSpec task : spec.tasks()) {
            String prefix = "task/" + task.name() + "/";
            all.add(
                    all.isEmpty()
                            ? Inputs.create(spec.input(), factory, prefix, buffers)
                            : all.get(0).withOwnTables(spec.input(), factory, prefix, buffers));
        }
        return all;
    }

    private static Trunk trunk(
            ModelSpec spec, ParameterFactory factory, List<Inputs> all, int capacity) {
        NetworkSpec network = spec.network();
        Inputs inputs = all.get(0);
        int tasks = spec.tasks().size();
        return switch (network.type()) {
            case NetworkSpec.TAMOR -> new TamorTrunk(spec, factory, inputs, capacity);
            case NetworkSpec.MMOE ->
                    new ExtractionTrunk(
                            inputs,
                            width ->
                                    new Mmoe(
                                            factory,
                                            "trunk",
                                            width,
                                            Objects.requireNonNull(network.mmoe()),
                                            tasks,
                                            false,
                                            capacity),
                            tasks,
                            capacity);
            case NetworkSpec.PLE ->
                    new ExtractionTrunk(
                            inputs,
                            width ->
                                    new Ple(
                                            factory,
                                            "trunk",
                                            width,
                                            Objects.requireNonNull(network.ple()),
                                            tasks,
                                            false,
                                            capacity),
                            tasks,
                            capacity);
            case NetworkSpec.SHARED_BOTTOM ->
                    new BottomTrunk(factory, inputs, network.trunk(), capacity);
            case NetworkSpec.SINGLE_TASK -> new SeparateTrunk(all, capacity);
            case NetworkSpec.HTLNET -> new InputTrunk(inputs, capacity);
            default ->
                    throw new IllegalArgumentException(
                            "network.type must be one of "
                                    + NetworkSpec.TYPES
                                    + ", was "
                                    + network.type());
        };
    }

    /** A gradient lane per task where each task's gradient of the tables is wanted apart. */
    private static int lanes(ModelSpec spec) {
        GradientAdjustmentSpec adjustment = spec.network().gradientAdjustment();
        boolean byTask =
                adjustment != null && adjustment.mode() == GradientAdjustmentSpec.Mode.PARAMETERS;
        return byTask ? spec.tasks().size() : 1;
    }
}
