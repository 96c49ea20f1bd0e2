package io.tamor.jobs.learner.logic;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * A thread that works beside a learner's, one task after the other; there is none while there is
 * nothing to do. What it fails with is thrown where it is awaited.
 */
final class Worker implements AutoCloseable {
    private static final long IDLE_SECONDS = 10;

    private final String name;
    private final ThreadPoolExecutor thread;

    Worker(String name) {
        this.name = name;
        this.thread =
                new ThreadPoolExecutor(
                        1,
                        1,
                        IDLE_SECONDS,
                        TimeUnit.SECONDS,
                        new LinkedBlockingQueue<>(),
                        work -> {
                            Thread made = new Thread(work, name);
                            made.setDaemon(true);
                            return made;
                        });
        thread.allowCoreThreadTimeOut(true);
    }

    void begin(FutureTask<?> task) {
        thread.execute(task);
    }

    <T> T await(FutureTask<T> task) {
        try {
            return task.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(name + ": interrupted while it worked", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(name + ": failed", e);
        }
    }

    /** Ends the thread. */
    @Override
    public void close() {
        thread.shutdownNow();
    }
}
