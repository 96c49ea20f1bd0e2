package io.tamor.jobs;

import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A thread that works beside a Flink task's, one piece of work after the other; there is none while
 * there is nothing to do. What it fails with is thrown where it is awaited.
 */
public final class Worker implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Worker.class);
    private static final long IDLE_SECONDS = 10;
    private static final long MOST_CLOSE_SECONDS = 10;

    private final String name;
    private final ThreadPoolExecutor thread;

    public Worker(String name) {
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

    public void begin(FutureTask<?> work) {
        thread.execute(work);
    }

    /** For work that fails with nothing its caller could expect. */
    public <T> T await(FutureTask<T> work) {
        try {
            return work.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(name + ": interrupted while it worked", e);
        } catch (ExecutionException e) {
            throw failed(e);
        }
    }

    /** An error stays one: Flink ends the process where there is no memory left. */
    private IllegalStateException failed(Exception e) {
        if (e.getCause() instanceof Error error) {
            throw error;
        }
        return new IllegalStateException(name + ": failed", e);
    }

    /**
     * The same for work with what is the caller's own, such as a task's state: an interrupt is
     * passed on to it, and the caller does not go on before the work has ended.
     */
    public <T> T awaitWhole(FutureTask<T> work) {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return work.get();
                } catch (InterruptedException e) {
                    interrupted = true;
                    thread.shutdownNow().forEach(next -> ((FutureTask<?>) next).cancel(false));
                } catch (ExecutionException | CancellationException e) {
                    throw failed(e);
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Ends the thread, and waits a while for what it is at; what comes of that is void. */
    @Override
    public void close() {
        thread.shutdownNow();
        try {
            if (!thread.awaitTermination(MOST_CLOSE_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn("{}: still at work, and what comes of it will not be used", name);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
