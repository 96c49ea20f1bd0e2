package io.tamor.model.score;

import io.tamor.model.config.InputSpec;
import io.tamor.model.config.ModelSpec;
import io.tamor.model.config.TaskSpec;
import io.tamor.model.network.MiniBatch;
import io.tamor.model.snapshot.Snapshot;
import java.util.List;

/**
 * Scores mini-batches with a snapshot, from any number of threads, and is swapped to another
 * snapshot while it runs. A batch is scored by one version from its first row to its last, and the
 * scores say which; scores equal the trainer's own bit for bit.
 *
 * <p>A network has buffers, so a model is held in as many copies as may score at a time; a thread
 * that finds none free waits. Memory: copies times the parameters and buffers, and twice that while
 * a swap is under way. A mini-batch belongs to its caller.
 */
public final class Scorer {
    private final int capacity;
    private final int replicas;
    private volatile LiveModel live;

    /**
     * A scorer of a snapshot.
     *
     * @param capacity the most rows of a mini-batch
     * @param replicas how many threads may score at a time
     */
    public Scorer(Snapshot snapshot, int capacity, int replicas) {
        if (capacity < 1 || replicas < 1) {
            throw new IllegalArgumentException(
                    "a scorer needs a capacity and replicas >= 1, were "
                            + capacity
                            + " and "
                            + replicas);
        }
        this.capacity = capacity;
        this.replicas = replicas;
        this.live = new LiveModel(snapshot, capacity, replicas);
    }

    /** The model that scores now; mini-batches are made for it. */
    public ModelSpec spec() {
        return live.spec();
    }

    /** The version that scores now. */
    public long version() {
        return live.version();
    }

    /** Scores a mini-batch of a model without external fields. */
    public Scores score(MiniBatch batch) {
        return score(batch, List.of());
    }

    /**
     * Scores a mini-batch.
     *
     * @param external the rows of every external field
     */
    public Scores score(MiniBatch batch, List<ExternalRows> external) {
        LiveModel model = live;
        if (batch.size() > capacity) {
            throw new IllegalArgumentException(
                    "the batch has "
                            + batch.size()
                            + " rows, the scorer's capacity is "
                            + capacity);
        }
        if (!reads(model.spec().input(), batch.spec().input())) {
            throw new IllegalArgumentException(
                    "the batch holds "
                            + batch.spec().input()
                            + ", the model reads "
                            + model.spec().input());
        }
        return model.score(batch, external);
    }

    /**
     * Goes on with another snapshot, newer or older. Batches under way end with the one they began
     * with; every batch that begins after the return is scored by the new one.
     *
     * <p>A model that has grown by tiers or scenarios goes on scoring the batches made for the
     * smaller one; batches that are to name the new ones must be made for {@link #spec} anew.
     *
     * @throws IllegalArgumentException where inputs or tasks differ otherwise; the old snapshot
     *     goes on
     */
    public synchronized void swap(Snapshot snapshot) {
        ModelSpec now = live.spec();
        ModelSpec next = snapshot.manifest().model();
        boolean same = reads(next.input(), now.input()) || reads(now.input(), next.input());
        require(same, "inputs", now.input(), next.input());
        require(names(now).equals(names(next)), "tasks", names(now), names(next));
        live = new LiveModel(snapshot, capacity, replicas);
    }

    private static List<String> names(ModelSpec spec) {
        return spec.tasks().stream().map(TaskSpec::name).toList();
    }

    /** Whether a model of these inputs scores batches made for those. */
    private static boolean reads(InputSpec model, InputSpec batch) {
        return model.equals(batch)
                || (model.fields().equals(batch.fields())
                        && model.dense().equals(batch.dense())
                        && startsWith(model.tiers(), batch.tiers())
                        && startsWith(model.scenarios(), batch.scenarios()));
    }

    private static boolean startsWith(List<String> names, List<String> first) {
        return names.size() >= first.size() && names.subList(0, first.size()).equals(first);
    }

    private static void require(boolean holds, String what, Object now, Object next) {
        if (!holds) {
            throw new IllegalArgumentException(
                    "the snapshot's "
                            + what
                            + " are "
                            + next
                            + ", this scorer's are "
                            + now
                            + "; make a new scorer for it");
        }
    }
}
