package io.tamor.model.training;

import io.tamor.model.config.ModelSpec;
import io.tamor.model.embedding.EmbeddingTable;
import io.tamor.model.embedding.SparseGradient;
import io.tamor.model.network.MiniBatch;
import io.tamor.model.network.Network;
import io.tamor.model.network.Networks;
import io.tamor.model.optimizer.Adam;
import io.tamor.model.optimizer.RowOptimizer;
import io.tamor.model.tensor.Matrix;
import io.tamor.model.tensor.Parameter;
import io.tamor.model.tensor.Passes;
import io.tamor.model.tensor.Scratch;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Test-then-train on mini-batches: each step scores the batch, then learns from it. A step whose
 * loss or gradient is not finite changes nothing and says so. The same description and the same
 * batches give the same bits. Not thread-safe.
 *
 * <p>A field declared external has its table's rows supplied per mini-batch: load the rows of the
 * batch's users into slots, name the slot in {@link MiniBatch#category}, step, and read them back.
 */
public final class Trainer {
    private final ModelSpec spec;
    private final Network network;
    private final Adam adam;
    private final RowOptimizer rowOptimizer;
    private final List<Parameter> dense;
    private final List<Adam.State> moments = new ArrayList<>();
    private final List<EmbeddingTable> tables;
    private final StepOutcome outcome;
    private final Scratch scratch = new Scratch();
    private final ScoreCopy scores;
    private final TouchedRows touched;
    private long steps;
    private double rateFactor = 1;

    /** A trainer of a fresh model for mini-batches of at most {@code capacity} rows. */
    public Trainer(ModelSpec spec, int capacity) {
        this.spec = spec;
        adam = new Adam(spec.optimizer().adam());
        rowOptimizer = RowOptimizer.of(spec.optimizer());
        network = Networks.create(spec, capacity, rowOptimizer.stateWidth());
        dense = network.parameters().dense();
        for (Parameter p : dense) {
            moments.add(new Adam.State(p.value().rows() * p.value().columns()));
        }
        tables = network.parameters().tables();
        resetAccumulators();
        outcome = new StepOutcome(spec.tasks().size());
        scores = new ScoreCopy(network);
        touched = new TouchedRows(tables);
    }

    /**
     * Scores the batch, then learns from it. Afterwards {@link #prediction} and {@link #logit} are
     * the scores from before the update.
     *
     * @return what happened; overwritten by the next step
     */
    public StepOutcome step(MiniBatch batch) {
        score(batch);
        return learn(batch);
    }

    /**
     * The second half of a step: learns from the batch that was scored last. {@link #prediction}
     * and {@link #logit} may be asked meanwhile, by another thread too.
     *
     * @return what happened; overwritten by the next step
     */
    public StepOutcome learn(MiniBatch batch) {
        if (network.noisy()) {
            network.forwardNoisy(batch);
        }
        network.computeLosses(batch);
        boolean finite = true;
        for (int t = 0; t < spec.tasks().size(); t++) {
            outcome.loss(t, network.loss(t));
            finite &= Double.isFinite(network.loss(t));
        }
        if (finite) {
            network.backward(batch);
            finite = gradientsAreFinite();
        }
        if (finite) {
            update();
            network.learnStatistics(batch);
            steps++;
        }
        outcome.set(finite);
        return outcome;
    }

    private boolean gradientsAreFinite() {
        for (int i = 0; i < dense.size(); i++) {
            if (!Passes.usableGradient(dense.get(i).gradient(), scratch)) {
                return false;
            }
        }
        for (int i = 0; i < tables.size(); i++) {
            SparseGradient gradient = tables.get(i).gradient();
            if (!Passes.usableGradient(gradient.lane(0), gradient.touched() * gradient.dim())) {
                return false;
            }
        }
        return true;
    }

    private void update() {
        double factor = rateFactor * spec.optimizer().schedule().factor(steps);
        for (int i = 0; i < dense.size(); i++) {
            Parameter p = dense.get(i);
            adam.step(p.value(), p.gradient(), moments.get(i), factor);
        }
        for (int i = 0; i < tables.size(); i++) {
            rowOptimizer.step(tables.get(i), factor);
            touched.mark(tables.get(i));
        }
    }

    /** Multiplies every learning rate from the next step on; not part of the state. */
    public void learningRateFactor(double factor) {
        rateFactor = factor;
    }

    /**
     * Lets the optimiser state of every row of the tables start anew, as if never updated, so that
     * they learn as fast as new ones. Adam's moments stay: they forget by themselves.
     */
    public void resetAccumulators() {
        for (EmbeddingTable table : tables) {
            for (int row = 0; row < table.field().rows(); row++) {
                rowOptimizer.initialise(table.rows(), table.at(row), table.field().dim());
            }
        }
    }

    /** Scores the batch and changes nothing. */
    public void score(MiniBatch batch) {
        scores.clear();
        network.atStep(steps);
        network.forward(batch);
        if (network.noisy()) {
            scores.take(batch.size()); // learning passes through the network once more
        }
    }

    /** Probability of a binary task, or yuan of an amount, of the last step's or score's batch. */
    public float prediction(int row, int task) {
        return scores.prediction(row, task);
    }

    /** Logit of a binary task, or log1p(yuan). */
    public float logit(int row, int task) {
        return scores.logit(row, task);
    }

    /** Applied steps so far. */
    public long steps() {
        return steps;
    }

    public ModelSpec spec() {
        return spec;
    }

    /** The network itself; its parameters are the trainer's. */
    public Network network() {
        return network;
    }

    /** Values of a new row of an external field: zeros, so that it says nothing yet. */
    public float[] initialExternalRow(int field) {
        return new float[table(field).field().dim()];
    }

    /** Floats of optimiser state per external row: the field's width, or twice it with FTRL. */
    public int externalAccumulatorWidth(int field) {
        return table(field).field().dim() * rowOptimizer.stateWidth();
    }

    /** Optimiser state of a new row of an external field. */
    public float[] initialExternalAccumulators(int field) {
        int dim = table(field).field().dim();
        float[] row = new float[dim * (1 + rowOptimizer.stateWidth())];
        rowOptimizer.initialise(row, 0, dim);
        return Arrays.copyOfRange(row, dim, row.length);
    }

    /** Puts a row and its optimiser state into a slot of an external field, before a step. */
    public void loadExternal(int field, int slot, float[] values, float[] accumulators) {
        EmbeddingTable table = external(field, slot, values.length, accumulators.length);
        int at = table.at(slot);
        System.arraycopy(values, 0, table.rows(), at, values.length);
        System.arraycopy(accumulators, 0, table.rows(), at + values.length, accumulators.length);
    }

    /** Copies a slot's row and its optimiser state, after a step. */
    public void readExternal(int field, int slot, float[] values, float[] accumulators) {
        EmbeddingTable table = external(field, slot, values.length, accumulators.length);
        int at = table.at(slot);
        System.arraycopy(table.rows(), at, values, 0, values.length);
        System.arraycopy(table.rows(), at + values.length, accumulators, 0, accumulators.length);
    }

    private EmbeddingTable table(int field) {
        return network.inputs().tables().get(field);
    }

    private EmbeddingTable external(int field, int slot, int values, int accumulators) {
        EmbeddingTable table = table(field);
        if (!table.field().external()) {
            throw new IllegalArgumentException(
                    "field " + table.field().name() + " is not external: its rows are the model's");
        }
        if (slot < 0 || slot >= table.field().rows()) {
            throw new IllegalArgumentException(
                    "field "
                            + table.field().name()
                            + ": slot must be in [0, "
                            + table.field().rows()
                            + "), was "
                            + slot);
        }
        if (values != table.field().dim() || accumulators != externalAccumulatorWidth(field)) {
            throw new IllegalArgumentException(
                    "field "
                            + table.field().name()
                            + ": a row has "
                            + table.field().dim()
                            + " values and "
                            + externalAccumulatorWidth(field)
                            + " accumulators, were "
                            + values
                            + " and "
                            + accumulators);
        }
        return table;
    }

    /** Carries everything over to a trainer of a grown model. */
    void copyTo(Trainer grown, Map<String, Growth.Source> sources) {
        for (int i = 0; i < grown.dense.size(); i++) {
            Parameter p = grown.dense.get(i);
            Growth.Source source = sources.get(p.name());
            if (source == null) {
                throw new IllegalStateException("no origin of parameter " + p.name());
            }
            copyCells(source, moments.get(dense.indexOf(source.from())), p, grown.moments.get(i));
        }
        for (int i = 0; i < tables.size(); i++) {
            float[] rows = tables.get(i).rows();
            System.arraycopy(rows, 0, grown.tables.get(i).rows(), 0, rows.length);
        }
        grown.network.inputs().copyStatistics(network.inputs());
        grown.steps = steps;
    }

    private static void copyCells(
            Growth.Source source, Adam.State from, Parameter to, Adam.State state) {
        Matrix value = to.value();
        Matrix old = source.from().value();
        if (!source.fresh()) {
            state.age(from.age());
        }
        for (int r = 0; r < value.rows(); r++) {
            for (int c = 0; c < value.columns(); c++) {
                int origin = source.cells().index(r, c);
                if (origin < 0) {
                    value.set(r, c, source.cells().value(r, c));
                    continue;
                }
                value.set(r, c, old.get(origin / old.columns(), origin % old.columns()));
                if (!source.fresh()) {
                    state.m()[r * value.columns() + c] = from.m()[origin];
                    state.v()[r * value.columns() + c] = from.v()[origin];
                }
            }
        }
    }

    /** The table rows changed since whoever asks cleared them last; the trainer's own. */
    public TouchedRows touchedRows() {
        return touched;
    }

    /**
     * Becomes another trainer of the same description, bit for bit: parameters, optimiser state,
     * statistics and steps. External rows and touched rows stay.
     */
    public void copyFrom(Trainer other) {
        if (!other.spec.equals(spec)) {
            throw new IllegalArgumentException(
                    "a trainer of " + spec + " cannot become one of " + other.spec);
        }
        for (int i = 0; i < dense.size(); i++) {
            dense.get(i).value().array().assign(other.dense.get(i).value().array());
            moments.get(i).copyFrom(other.moments.get(i));
        }
        for (int i = 0; i < tables.size(); i++) {
            if (!tables.get(i).field().external()) {
                float[] rows = other.tables.get(i).rows();
                System.arraycopy(rows, 0, tables.get(i).rows(), 0, rows.length);
            }
        }
        network.inputs().copyStatistics(other.network.inputs());
        steps = other.steps;
    }

    /** Every parameter of a snapshot, copied: the network's and the normaliser's statistics. */
    public Map<String, INDArray> snapshotParameters() {
        return new SnapshotParameters(network).copy();
    }

    /** Names of the parameters of a snapshot that have a number which is not finite. */
    public SortedSet<String> notFinite() {
        return new SnapshotParameters(network).notFinite();
    }

    /**
     * Replaces every parameter. Names and shapes must be exactly this model's. Optimiser state
     * stays.
     */
    public void loadParameters(Map<String, INDArray> parameters) {
        new SnapshotParameters(network).load(parameters);
        touched.markAll();
        for (EmbeddingTable table : tables) {
            for (int row = 0; row < table.field().rows(); row++) {
                rowOptimizer.adopt(table.rows(), table.at(row), table.field().dim());
            }
        }
    }

    /** A copy of what replicas of the model share. */
    public ModelValues values() {
        return ModelValues.of(network, steps);
    }

    /**
     * Replaces what replicas share. Steps and optimiser state stay, being the replica's own; the
     * state of a row whose values change is fitted to them.
     */
    public void load(ModelValues values) {
        values.copyTo(network, rowOptimizer, touched);
    }

    /** Replaces what replicas share and the number of steps; for a model that others train. */
    public void become(ModelValues values) {
        load(values);
        steps = values.steps();
    }

    /**
     * Writes all that a resumed trainer needs for the same bits; external rows are not part of it.
     */
    public void writeState(DataOutput out) throws IOException {
        new TrainerState(spec, network, moments, tables).write(out, steps);
    }

    /**
     * Reads what {@link #writeState} wrote for the same description. After an error the trainer
     * must not be used.
     */
    public void readState(DataInput in) throws IOException {
        steps = new TrainerState(spec, network, moments, tables).read(in);
    }
}
