package io.tamor.jobs.learner;

import io.tamor.jobs.Worker;
import io.tamor.jobs.snapshot.SnapshotCandidate;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/**
 * The version whose files are made beside the learner, which takes as long as hundreds of steps; at
 * most one. Used by the task's thread.
 */
final class SnapshotMaking implements AutoCloseable {
    private final Worker worker = new Worker("learner-versions");
    private @Nullable FutureTask<SnapshotCandidate> making;

    /** Begins to make a version; the one before has been taken. */
    void begin(Callable<SnapshotCandidate> version) {
        if (making != null) {
            throw new IllegalStateException("the version before is still being made");
        }
        FutureTask<SnapshotCandidate> next = new FutureTask<>(version);
        worker.begin(next);
        making = next;
    }

    /** Whether a version is made and not taken. */
    boolean isReady() {
        FutureTask<?> last = making;
        return last != null && last.isDone();
    }

    /** Waits for the version that is being made; null where there is none. */
    @Nullable SnapshotCandidate take() {
        FutureTask<SnapshotCandidate> last = making;
        making = null;
        return last == null ? null : worker.await(last);
    }

    /** Ends the thread; the version on it is void. */
    @Override
    public void close() {
        worker.close();
    }
}
