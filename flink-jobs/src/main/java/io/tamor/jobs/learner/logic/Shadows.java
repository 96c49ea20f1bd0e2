package io.tamor.jobs.learner.logic;

import io.tamor.jobs.config.SampleSchema;
import io.tamor.model.config.ModelSpec;
import io.tamor.model.metric.RecentMetrics;
import io.tamor.model.network.MiniBatch;
import io.tamor.model.training.Trainer;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/**
 * Shadow scoring: the learner as it is (the candidate), the live version and, during its trial, the
 * version before it score the same samples before the learner is trained on them. What each scored
 * since the live version was published is kept as mergeable metrics of the recent labels.
 *
 * <p>The live version and the one before it are whole trainers that stand still, so that the
 * learner can become the live one again, optimiser state included. Memory: one more model with its
 * optimiser state once a version is live, two during a trial, and up to six metric tables by task
 * and tier. The metrics are a part of {@link LearnerStateWire}, the versions are in a {@link
 * ShadowStore}. Not thread-safe.
 *
 * <p>They score on a thread of their own, some steps behind the learner: two more forward passes
 * and the counting would cost it half of its speed, and so would handing over every small step.
 * Steps are scored one by one in their order, and whatever asks for a version or for metrics waits
 * until all are, so nothing depends on how far behind the thread is.
 */
public final class Shadows implements Comparison, AutoCloseable {
    private static final int VERSION = 2;

    /** Had the versions whole. */
    private static final int WHOLE = 1;

    private static final long NONE = 0;

    /** Numbers of versions whose own were not stored. */
    private static final long UNNUMBERED = -1;

    private static final long UNNUMBERED_PREVIOUS = -2;

    /** Samples that are handed over together. */
    private static final int SAMPLES_AT_ONCE = 512;

    /** Portions that may wait for the thread before the learner waits. */
    private static final int MOST_WAITING = 2;

    private final ModelSpec spec;
    private final int capacity;

    private final SampleRows rows;
    private final MiniBatch batch;
    private final int userField;
    private final RecentMetrics candidateMetrics;
    private final RecentMetrics liveMetrics;
    private final RecentMetrics previousMetrics;
    private @Nullable Trainer live;
    private @Nullable Trainer previous;
    private long liveNumber = NONE;
    private long previousNumber = NONE;

    /** The versions that the store has. */
    private final Set<Long> stored = new HashSet<>();

    private final Worker worker = new Worker("learner-shadows");
    private final List<ShadowStep> taken = new ArrayList<>();
    private final Queue<FutureTask<?>> waiting = new ArrayDeque<>();

    /**
     * Nothing is live yet.
     *
     * @param capacity of a mini-batch
     * @param horizon how far metrics reach back at most
     */
    public Shadows(ModelSpec spec, SampleSchema schema, int capacity, Duration horizon) {
        this.spec = spec;
        this.capacity = capacity;
        rows = new SampleRows(spec, schema);
        batch = new MiniBatch(spec, capacity);
        userField = ModelSpecs.userRowField(spec);
        candidateMetrics = new RecentMetrics(spec, horizon);
        liveMetrics = new RecentMetrics(spec, horizon);
        previousMetrics = new RecentMetrics(spec, horizon);
    }

    /** The live version as a trainer that stands still; null before the first. */
    public @Nullable Trainer live() {
        settle();
        return live;
    }

    /** The version before it, likewise; null where there is none or the trial is over. */
    public @Nullable Trainer previous() {
        settle();
        return previous;
    }

    /** Whether a version is live, here or in the store. */
    public boolean hasLive() {
        return liveNumber != NONE;
    }

    /** Whether there is one before it, likewise. */
    public boolean hasPrevious() {
        return previousNumber != NONE;
    }

    /** The candidate's metrics since the live version was published, or since the beginning. */
    @Override
    public RecentMetrics candidateMetrics() {
        settle();
        return candidateMetrics;
    }

    @Override
    public @Nullable RecentMetrics liveMetrics() {
        settle();
        return live == null ? null : liveMetrics;
    }

    @Override
    public @Nullable RecentMetrics previousMetrics() {
        settle();
        return previous == null ? null : previousMetrics;
    }

    /** Takes a step to be scored with every version; does not wait for it. */
    void take(ShadowStep step) {
        taken.add(step);
        if (taken.size() * capacity >= SAMPLES_AT_ONCE) {
            handOver();
            while (waiting.size() > MOST_WAITING) {
                worker.await(waiting.remove());
            }
        }
    }

    private void handOver() {
        List<ShadowStep> steps = List.copyOf(taken);
        taken.clear();
        FutureTask<?> portion = new FutureTask<>(() -> steps.forEach(this::score), null);
        worker.begin(portion);
        waiting.add(portion);
    }

    /** Waits until all that was taken is scored and counted. */
    private void settle() {
        if (!taken.isEmpty()) {
            handOver();
        }
        while (!waiting.isEmpty()) {
            worker.await(waiting.remove());
        }
    }

    /** On the thread. */
    private void score(ShadowStep step) {
        batch.clear();
        for (int row = 0; row < step.slots().length; row++) {
            rows.add(step.samples().get(row), step.slots()[row], batch);
        }
        score(live, step.live(), step.accumulators());
        score(previous, step.previous(), step.accumulators());
        count(step);
    }

    private void score(@Nullable Trainer shadow, float[][] userRows, float[] accumulators) {
        if (shadow == null) {
            return;
        }
        for (int slot = 0; slot < userRows.length; slot++) {
            shadow.loadExternal(userField, slot, userRows[slot], accumulators);
        }
        shadow.score(batch);
    }

    /** Ends the thread. */
    @Override
    public void close() {
        worker.close();
    }

    /**
     * Counts every final label that every model has scored. A label that one of them gives no
     * number is counted for none, so that they stay comparable.
     */
    private void count(ShadowStep step) {
        int tasks = spec.tasks().size();
        for (int row = 0; row < step.slots().length; row++) {
            long timeMs = step.samples().get(row).maturedAtMs();
            for (int task = 0; task < tasks; task++) {
                float own = step.predictions()[row * tasks + task];
                float lives = live == null ? 0 : live.prediction(row, task);
                float befores = previous == null ? 0 : previous.prediction(row, task);
                if (!batch.masked(row, task) && Float.isFinite(own + lives + befores)) {
                    add(candidateMetrics, timeMs, row, task, own);
                    if (live != null) {
                        add(liveMetrics, timeMs, row, task, lives);
                    }
                    if (previous != null) {
                        add(previousMetrics, timeMs, row, task, befores);
                    }
                }
            }
        }
    }

    private void add(RecentMetrics to, long timeMs, int row, int task, float prediction) {
        to.add(
                timeMs,
                task,
                batch.tier(row),
                prediction,
                batch.label(row, task),
                batch.weight(row, task));
    }

    /** The learner as it is has been published, under a number. */
    public void published(Trainer learner, long version) {
        settle();
        Trainer spare = previous == null ? new Trainer(spec, capacity) : previous;
        previous = live;
        previousNumber = liveNumber;
        live = spare;
        liveNumber = version;
        spare.copyFrom(learner);
        clear();
    }

    /** The version before the live one is live again. */
    public void rolledBack() {
        settle();
        live = previous;
        liveNumber = previousNumber;
        previous = null;
        previousNumber = NONE;
        clear();
    }

    /** Others have decided which versions stand beside the learner. */
    public void serve(@Nullable Served newLive, @Nullable Served newPrevious) {
        settle();
        live = newLive == null ? null : become(live, newLive);
        liveNumber = newLive == null ? NONE : newLive.version();
        previous = newPrevious == null ? null : become(previous, newPrevious);
        previousNumber = newPrevious == null ? NONE : newPrevious.version();
        clear();
    }

    private Trainer become(@Nullable Trainer spare, Served version) {
        Trainer shadow = spare == null ? new Trainer(spec, capacity) : spare;
        shadow.become(version.values());
        return shadow;
    }

    /** The live version has proved itself. */
    public void trialOver() {
        settle();
        previous = null;
        previousNumber = NONE;
        previousMetrics.clear();
    }

    /** Forgets every version and what was scored. */
    public void forget() {
        settle();
        live = null;
        liveNumber = NONE;
        previous = null;
        previousNumber = NONE;
        clear();
    }

    /** Forgets what was scored: the learner is no longer what it was. */
    public void clear() {
        settle();
        candidateMetrics.clear();
        liveMetrics.clear();
        previousMetrics.clear();
    }

    /** Makes the store hold the versions and no others; before {@link #write}. */
    public void store(ShadowStore store) throws Exception {
        settle();
        List<Long> numbers = new ArrayList<>();
        store(store, live, liveNumber, numbers);
        store(store, previous, previousNumber, numbers);
        store.retain(numbers);
        stored.retainAll(numbers);
    }

    private void store(ShadowStore store, @Nullable Trainer shadow, long number, List<Long> numbers)
            throws Exception {
        if (shadow == null) {
            return;
        }
        numbers.add(number);
        if (stored.add(number)) {
            store.put(
                    number,
                    LearnerStateWire.write(
                            0, 0, new LearnerStateWire.Part(shadow::writeState, in -> {})));
        }
    }

    /**
     * Takes the versions that {@link #read} named from the store; false where one is not there, and
     * then none is.
     */
    public boolean load(ShadowStore store) throws Exception {
        settle();
        live = load(store, live, liveNumber);
        previous = load(store, previous, previousNumber);
        boolean whole =
                (live != null || liveNumber == NONE)
                        && (previous != null || previousNumber == NONE);
        if (!whole) {
            forget();
        }
        return whole;
    }

    private @Nullable Trainer load(ShadowStore store, @Nullable Trainer known, long number)
            throws Exception {
        if (known != null || number == NONE) {
            return known;
        }
        List<byte[]> pieces = store.get(number);
        if (pieces.isEmpty()) {
            return null;
        }
        Trainer trainer = new Trainer(spec, capacity);
        LearnerStateWire.read(pieces, 0, new LearnerStateWire.Part(out -> {}, trainer::readState));
        stored.add(number);
        return trainer;
    }

    /**
     * Writes all but the versions themselves. Version 2: int version; number of the live version
     * and of the one before, 0 for none; the metrics of the three.
     */
    public void write(DataOutput out) throws IOException {
        settle();
        out.writeInt(VERSION);
        out.writeLong(liveNumber);
        out.writeLong(previousNumber);
        candidateMetrics.write(out);
        liveMetrics.write(out);
        previousMetrics.write(out);
    }

    /** Reads what {@link #write} wrote for the same model; {@link #load} comes next. */
    public void read(DataInput in) throws IOException {
        settle();
        int version = in.readInt();
        if (version != WHOLE && version != VERSION) {
            throw new IOException(
                    "shadows: wanted version " + WHOLE + " or " + VERSION + ", found " + version);
        }
        if (version == WHOLE) {
            live = trainer(in);
            liveNumber = live == null ? NONE : UNNUMBERED;
            previous = trainer(in);
            previousNumber = previous == null ? NONE : UNNUMBERED_PREVIOUS;
        } else {
            live = null;
            liveNumber = in.readLong();
            previous = null;
            previousNumber = in.readLong();
        }
        candidateMetrics.read(in);
        liveMetrics.read(in);
        previousMetrics.read(in);
    }

    private @Nullable Trainer trainer(DataInput in) throws IOException {
        if (!in.readBoolean()) {
            return null;
        }
        Trainer trainer = new Trainer(spec, capacity);
        trainer.readState(in);
        return trainer;
    }
}
