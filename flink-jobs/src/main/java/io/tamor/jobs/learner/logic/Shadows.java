package io.tamor.jobs.learner.logic;

import io.tamor.jobs.Worker;
import io.tamor.jobs.io.FormVersion;
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
 * optimiser state once a version is live, two during a trial, copies of the few mini-batches that
 * wait, and up to six metric tables by task and tier. The metrics are a part of {@link
 * LearnerStateWire}, the versions are in a {@link ShadowStore}. Not thread-safe.
 *
 * <p>They score on a thread of their own, some steps behind the learner: two more forward passes
 * and the counting would cost it half of its speed, and so would handing over every small step.
 * Steps are scored one by one in their order, and whatever asks for a version or for metrics waits
 * until all are, so nothing depends on how far behind the thread is.
 */
public final class Shadows implements Comparison, AutoCloseable {
    /** Of the stored form. */
    private static final int FORM = 2;

    /** Had the versions whole. */
    private static final int WHOLE_FORM = 1;

    /** Numbers of versions whose own were not stored. */
    private static final long UNNUMBERED = -1;

    private static final long UNNUMBERED_PREVIOUS = -2;

    /** Samples that are handed over together. */
    private static final int SAMPLES_AT_ONCE = 512;

    /** Portions that may wait for the thread before the learner waits. */
    private static final int MOST_WAITING = 2;

    /**
     * A version that stands beside the learner.
     *
     * @param number 0 where there is none
     * @param trainer null where the store alone has it, or there is none
     */
    private record Version(long number, @Nullable Trainer trainer) {
        static final Version NONE = new Version(0, null);

        static Version stored(long number) {
            return number == NONE.number ? NONE : new Version(number, null);
        }

        boolean exists() {
            return number != NONE.number;
        }

        boolean isWhole() {
            return trainer != null || !exists();
        }
    }

    private final ModelSpec spec;
    private final int capacity;

    private final int userField;
    private final RecentMetrics candidateMetrics;
    private final RecentMetrics liveMetrics;
    private final RecentMetrics previousMetrics;
    private Version live = Version.NONE;
    private Version previous = Version.NONE;

    /** The versions that the store has. */
    private final Set<Long> stored = new HashSet<>();

    /** By row of the step that is counted, whether its label of the task is. */
    private final boolean[] counts;

    private final Worker worker = new Worker("learner-shadows");
    private final List<ShadowStep> taken = new ArrayList<>();
    private final Queue<FutureTask<?>> waiting = new ArrayDeque<>();

    /**
     * Nothing is live yet.
     *
     * @param capacity of a mini-batch
     * @param horizon how far metrics reach back at most
     */
    public Shadows(ModelSpec spec, int capacity, Duration horizon) {
        this.spec = spec;
        this.capacity = capacity;
        userField = ModelSpecs.userRowField(spec);
        counts = new boolean[capacity];
        candidateMetrics = new RecentMetrics(spec, horizon);
        liveMetrics = new RecentMetrics(spec, horizon);
        previousMetrics = new RecentMetrics(spec, horizon);
    }

    /** The live version as a trainer that stands still; null before the first. */
    public @Nullable Trainer live() {
        settle();
        return live.trainer();
    }

    /** The version before it, likewise; null where there is none or the trial is over. */
    public @Nullable Trainer previous() {
        settle();
        return previous.trainer();
    }

    /** Whether a version is live, here or in the store. */
    public boolean hasLive() {
        return live.exists();
    }

    /** Whether there is one before it, likewise. */
    public boolean hasPrevious() {
        return previous.exists();
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
        return live.trainer() == null ? null : liveMetrics;
    }

    @Override
    public @Nullable RecentMetrics previousMetrics() {
        settle();
        return previous.trainer() == null ? null : previousMetrics;
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
        score(live.trainer(), step.live(), step);
        score(previous.trainer(), step.previous(), step);
        count(step);
    }

    private void score(@Nullable Trainer shadow, float[][] userRows, ShadowStep step) {
        if (shadow == null) {
            return;
        }
        for (int slot = 0; slot < userRows.length; slot++) {
            shadow.loadExternal(userField, slot, userRows[slot], step.accumulators());
        }
        shadow.score(step.batch());
    }

    /** Ends the thread. */
    @Override
    public void close() {
        worker.close();
    }

    /**
     * Counts every final label that every model has scored. A label that one of them gives no
     * number is counted for none, so that they stay comparable. One task and model after the other:
     * the tables of one fit a core's cache, those of all do not.
     */
    private void count(ShadowStep step) {
        int tasks = spec.tasks().size();
        float[] predictions = step.predictions();
        Quality.Scores own = (row, task) -> predictions[row * tasks + task];
        Quality.Scores lives = scores(live.trainer());
        Quality.Scores befores = scores(previous.trainer());
        MiniBatch batch = step.batch();
        for (int task = 0; task < tasks; task++) {
            for (int row = 0; row < batch.size(); row++) {
                float all =
                        own.prediction(row, task)
                                + lives.prediction(row, task)
                                + befores.prediction(row, task);
                counts[row] = !batch.masked(row, task) && Float.isFinite(all);
            }
            count(step, task, own, candidateMetrics);
            if (live.trainer() != null) {
                count(step, task, lives, liveMetrics);
            }
            if (previous.trainer() != null) {
                count(step, task, befores, previousMetrics);
            }
        }
    }

    private static Quality.Scores scores(@Nullable Trainer shadow) {
        return shadow == null ? (row, task) -> 0 : shadow::prediction;
    }

    private void count(ShadowStep step, int task, Quality.Scores scores, RecentMetrics to) {
        MiniBatch batch = step.batch();
        for (int row = 0; row < batch.size(); row++) {
            if (counts[row]) {
                to.add(
                        step.samples().get(row).maturedAtMs(),
                        task,
                        batch.tier(row),
                        scores.prediction(row, task),
                        batch.label(row, task),
                        batch.weight(row, task));
            }
        }
    }

    /**
     * The learner as it is has been published, under a number.
     *
     * @return what is live now: the learner as it was, until the version after the next
     */
    public Trainer published(Trainer learner, long version) {
        settle();
        Trainer oldest = previous.trainer();
        Trainer standing = oldest == null ? new Trainer(spec, capacity) : oldest;
        standing.copyFrom(learner);
        previous = live;
        live = new Version(version, standing);
        clear();
        return standing;
    }

    /** The version before the live one is live again. */
    public void rolledBack() {
        settle();
        live = previous;
        previous = Version.NONE;
        clear();
    }

    /** Others have decided which versions stand beside the learner. */
    public void serve(@Nullable Served newLive, @Nullable Served newPrevious) {
        settle();
        live = become(live, newLive);
        previous = become(previous, newPrevious);
        clear();
    }

    private Version become(Version former, @Nullable Served version) {
        if (version == null) {
            return Version.NONE;
        }
        Trainer spare = former.trainer();
        Trainer shadow = spare == null ? new Trainer(spec, capacity) : spare;
        shadow.become(version.values());
        return new Version(version.version(), shadow);
    }

    /** The live version has proved itself. */
    public void trialOver() {
        settle();
        previous = Version.NONE;
        previousMetrics.clear();
    }

    /** Forgets every version and what was scored. */
    public void forget() {
        settle();
        live = Version.NONE;
        previous = Version.NONE;
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
        store(store, live, numbers);
        store(store, previous, numbers);
        store.retain(numbers);
        stored.retainAll(numbers);
    }

    private void store(ShadowStore store, Version version, List<Long> numbers) throws Exception {
        Trainer shadow = version.trainer();
        if (shadow == null) {
            return;
        }
        numbers.add(version.number());
        if (stored.add(version.number())) {
            store.put(
                    version.number(),
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
        live = load(store, live);
        previous = load(store, previous);
        boolean whole = live.isWhole() && previous.isWhole();
        if (!whole) {
            forget();
        }
        return whole;
    }

    private Version load(ShadowStore store, Version version) throws Exception {
        List<byte[]> pieces = version.isWhole() ? List.of() : store.get(version.number());
        if (pieces.isEmpty()) {
            return version;
        }
        Trainer trainer = new Trainer(spec, capacity);
        LearnerStateWire.read(pieces, 0, new LearnerStateWire.Part(out -> {}, trainer::readState));
        stored.add(version.number());
        return new Version(version.number(), trainer);
    }

    /**
     * Writes all but the versions themselves. Version 2: int version; number of the live version
     * and of the one before, 0 for none; the metrics of the three.
     */
    public void write(DataOutput out) throws IOException {
        settle();
        out.writeInt(FORM);
        out.writeLong(live.number());
        out.writeLong(previous.number());
        candidateMetrics.write(out);
        liveMetrics.write(out);
        previousMetrics.write(out);
    }

    /** Reads what {@link #write} wrote for the same model; {@link #load} comes next. */
    public void read(DataInput in) throws IOException {
        settle();
        int form = FormVersion.require("shadows", WHOLE_FORM, FORM, in.readInt());
        if (form == WHOLE_FORM) {
            live = whole(in, UNNUMBERED);
            previous = whole(in, UNNUMBERED_PREVIOUS);
        } else {
            live = Version.stored(in.readLong());
            previous = Version.stored(in.readLong());
        }
        candidateMetrics.read(in);
        liveMetrics.read(in);
        previousMetrics.read(in);
    }

    private Version whole(DataInput in, long number) throws IOException {
        if (!in.readBoolean()) {
            return Version.NONE;
        }
        Trainer trainer = new Trainer(spec, capacity);
        trainer.readState(in);
        return new Version(number, trainer);
    }
}
