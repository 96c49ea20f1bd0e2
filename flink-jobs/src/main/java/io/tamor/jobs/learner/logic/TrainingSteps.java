package io.tamor.jobs.learner.logic;

import io.tamor.jobs.Worker;
import io.tamor.model.network.MiniBatch;
import io.tamor.model.training.StepOutcome;
import io.tamor.model.training.Trainer;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/**
 * A trainer's steps, one after the other: on a thread of their own where they take long, so that
 * the caller can do something else while the trainer learns, else on the caller's. What a step does
 * never depends on it. Not thread-safe.
 */
final class TrainingSteps implements AutoCloseable {
    /** Shorter steps are not worth the way to another core and back. */
    private static final long LEAST_BESIDE_NS = 2_000_000;

    private final Trainer trainer;
    private final Worker worker = new Worker("learner-steps");
    private long besideFromNs = LEAST_BESIDE_NS;

    /** The trainer's time for a step, nanoseconds; 0 before the first. */
    private long stepNs;

    /** The first half of the last one. */
    private long scoreNs;

    /** The second half of the step that has begun and not ended; null: there is none. */
    private @Nullable FutureTask<StepOutcome> learning;

    /** Whether that is on the other thread. */
    private boolean beside;

    TrainingSteps(Trainer trainer) {
        this.trainer = trainer;
    }

    /** Has steps that take so long, nanoseconds, on the other thread. */
    void besideFrom(long ns) {
        besideFromNs = ns;
    }

    /**
     * Scores a mini-batch and begins to learn from it. Until {@link #end} the trainer can be asked
     * for its predictions and nothing else.
     */
    void begin(MiniBatch batch) {
        FutureTask<StepOutcome> next = new FutureTask<>(() -> learn(batch));
        beside = stepNs >= besideFromNs;
        if (beside) {
            FutureTask<?> scoring = new FutureTask<>(() -> score(batch), null);
            worker.begin(scoring);
            worker.begin(next);
            worker.await(scoring);
        } else {
            score(batch);
        }
        learning = next;
    }

    /** Whether the step that has begun goes on by itself. */
    boolean goesOn() {
        return beside;
    }

    /** Waits until the trainer has learned; what has happened is overwritten by the next step. */
    StepOutcome end() {
        FutureTask<StepOutcome> ending = learning;
        if (ending == null) {
            throw new IllegalStateException("no step has begun");
        }
        learning = null;
        if (!beside) {
            ending.run();
        }
        return worker.await(ending);
    }

    private void score(MiniBatch batch) {
        scoreNs = System.nanoTime();
        trainer.score(batch);
        scoreNs = System.nanoTime() - scoreNs;
    }

    private StepOutcome learn(MiniBatch batch) {
        long fromNs = System.nanoTime();
        StepOutcome outcome = trainer.learn(batch);
        long ns = scoreNs + System.nanoTime() - fromNs;
        // Up by an eighth at most: a step that had to wait for a processor says nothing of others.
        stepNs = stepNs == 0 ? ns : Math.min(ns, stepNs + stepNs / 8);
        return outcome;
    }

    /** Ends the thread; what it works on is void. */
    @Override
    public void close() {
        worker.close();
    }
}
