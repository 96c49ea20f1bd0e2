package io.tamor.jobs.kill;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.flink.runtime.minicluster.MiniCluster;

/** The mini cluster of the test class that runs, for whoever wants to break it from inside. */
public final class TestingCluster {
    private static final ExecutorService BREAKER =
            Executors.newSingleThreadExecutor(
                    task -> {
                        Thread thread = new Thread(task, "breaker");
                        thread.setDaemon(true);
                        return thread;
                    });
    private static MiniCluster cluster;
    private static int lost;

    private TestingCluster() {}

    /** Breaks this cluster from now on. */
    public static synchronized void use(MiniCluster running) {
        cluster = running;
        lost = 0;
    }

    /**
     * Has the oldest task manager go away while its tasks run, wherever they are by then; another
     * takes its place.
     */
    static void loseTaskManager() {
        BREAKER.execute(TestingCluster::replaceTaskManager);
    }

    private static synchronized void replaceTaskManager() {
        try {
            cluster.startTaskManager();
            cluster.terminateTaskManager(lost++).get();
        } catch (Exception e) {
            throw new IllegalStateException("the cluster cannot be broken", e);
        }
    }
}
