package io.tamor.jobs.kill;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Failures on purpose: points of a job drawn from a seed, each reached a drawn number of times
 * before it fails, one after the other. What is left of the plan survives the failures, so it is
 * kept in this process and by the run's name.
 */
public final class TestingFaults implements Serializable {
    private static final Map<String, Plan> PLANS = new ConcurrentHashMap<>();

    private final String run;

    private TestingFaults(String run) {
        this.run = run;
    }

    /** No failure at all. */
    public static TestingFaults none(String run) {
        return plan(run, List.of());
    }

    /**
     * Some failures, the first of them where the seed says modulo the number of points, so that
     * seeds in a row cover all of them.
     *
     * @param upTo how often a point may be reached before it fails, by point
     */
    public static TestingFaults drawn(String run, int seed, int count, Map<String, Integer> upTo) {
        Random random = new Random(seed);
        List<String> points = upTo.keySet().stream().sorted().toList();
        List<Fault> faults = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String point = points.get((i == 0 ? seed : random.nextInt(64)) % points.size());
            faults.add(new Fault(point, 1 + random.nextInt(upTo.get(point))));
        }
        return plan(run, faults);
    }

    /** What has been planned for a run. */
    static TestingFaults of(String run) {
        return new TestingFaults(run);
    }

    private static TestingFaults plan(String run, List<Fault> faults) {
        PLANS.put(run, new Plan(faults));
        return new TestingFaults(run);
    }

    /** A point of the job is reached; fails if it is due. */
    public void at(String point) {
        if (due(point)) {
            throw new IllegalStateException("failing on purpose: " + point);
        }
    }

    /** A point of the job is reached; true once where it is due, and the caller lets it fail. */
    public boolean due(String point) {
        return PLANS.get(run).reached(point);
    }

    /** Name of the run. */
    String run() {
        return run;
    }

    /** How many failures have taken place. */
    public int fired() {
        return PLANS.get(run).fired();
    }

    @Override
    public String toString() {
        return PLANS.get(run).toString();
    }

    private record Fault(String point, int reachedCount) {}

    private static final class Plan {
        private final List<Fault> faults;
        private int next;
        private int reachedCount;

        Plan(List<Fault> faults) {
            this.faults = faults;
        }

        synchronized boolean reached(String point) {
            if (next == faults.size() || !faults.get(next).point().equals(point)) {
                return false;
            }
            if (++reachedCount < faults.get(next).reachedCount()) {
                return false;
            }
            next++;
            reachedCount = 0;
            return true;
        }

        synchronized int fired() {
            return next;
        }

        @Override
        public synchronized String toString() {
            return faults + ", fired " + next;
        }
    }
}
