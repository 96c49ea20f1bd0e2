package io.tamor.jobs.learner.logic;

import io.tamor.jobs.Worker;
import io.tamor.model.network.MiniBatch;
import io.tamor.model.training.StepOutcome;
import io.tamor.model.training.Trainer;
import java.util.concurrent.Callable;
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

    /** Whether the next step is worth the other thread. */
    private boolean worthwhile;

    /** The second half of the step that has begun and not ended; null: there is none. */
    private @Nullable FutureTask<StepOutcome> learning;

    /** Whether that is on the other thread. */
    private boolean beside;

    TrainingSteps(Trainer trainer) {
        this.trainer = trainer;
        besideFrom(LEAST_BESIDE_NS);
    }

    /** Has steps that take so long, nanoseconds, on the other thread. */
    void besideFrom(long ns) {
        besideFromNs = ns;
        worthwhile = ns <= 0;
    }

    /**
     * Ends the step before, scores the next mini-batch and begins to learn from it. Until {@link
     * #end} the trainer can be asked for its predictions and nothing else.
     *
     * @param turn all that comes between the two: ends the step that has begun, if one has, and
     *     gives the next mini-batch; on the trainer's thread, which goes on at once, while the
     *     caller's waits
     */
    void begin(Callable<MiniBatch> turn) {
        FutureTask<MiniBatch> scoring = new FutureTask<>(() -> score(turn.call()));
        FutureTask<StepOutcome> next = new FutureTask<>(() -> learn(scoring.get()));
        boolean there = worthwhile;
        if (there) {
            worker.begin(scoring);
            worker.begin(next);
            worker.awaitWhole(scoring);
        } else {
            scoring.run();
            worker.await(scoring);
        }
        learning = next;
        beside = there;
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
        StepOutcome outcome = worker.await(ending);
        worthwhile = stepNs >= besideFromNs;
        return outcome;
    }

    private MiniBatch score(MiniBatch batch) {
        scoreNs = System.nanoTime();
        trainer.score(batch);
        scoreNs = System.nanoTime() - scoreNs;
        return batch;
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
