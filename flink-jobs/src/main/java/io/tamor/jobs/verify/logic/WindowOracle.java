package io.tamor.jobs.verify.logic;

import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.config.TaskOptions;
import io.tamor.jobs.config.TaskOptions.Label;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;

/**
 * Until when an impression's labels are open, as the specification reads. Of one user: which
 * impression is the first of a day depends on the others.
 */
@SuppressWarnings("IdentityHashMapUsage") // an accepted event is itself
final class WindowOracle {
    private static final long DAY = 86_400_000L;

    private final Deployment deployment;
    private final List<Accepted> accepted;

    /** What was asked before: impressions are accepted in event order, so nothing changes. */
    private final Map<PlainEvent, NavigableSet<Long>> deadlines = new IdentityHashMap<>();

    /**
     * @param accepted the user's events in event order; impressions before a given one are there
     */
    WindowOracle(Deployment deployment, List<Accepted> accepted) {
        this.deployment = deployment;
        this.accepted = accepted;
    }

    private boolean firstOfDay(PlainEvent impression) {
        return Accepted.impressionsBefore(impression, accepted).stream()
                .noneMatch(p -> p.timeMs() / DAY == impression.timeMs() / DAY);
    }

    boolean applies(TaskOptions task, PlainEvent impression) {
        return (task.scenarios().isEmpty() || task.scenarios().contains(impression.scenario()))
                && (task.label() != Label.USER_TOTAL || firstOfDay(impression));
    }

    long deadline(TaskOptions task, PlainEvent impression) {
        long end = impression.timeMs() + task.window().toMillis();
        return task.label() == Label.USER_TOTAL ? end : Math.min(end, validUntil(impression));
    }

    private static long validUntil(PlainEvent impression) {
        Long validUntil = impression.validUntilMs();
        return validUntil == null ? Long.MAX_VALUE : validUntil;
    }

    NavigableSet<Long> deadlines(PlainEvent impression) {
        return deadlines.computeIfAbsent(impression, this::deadlinesOf);
    }

    private NavigableSet<Long> deadlinesOf(PlainEvent impression) {
        NavigableSet<Long> deadlines = new TreeSet<>();
        for (TaskOptions task : deployment.tasks()) {
            if (applies(task, impression)) {
                deadlines.add(deadline(task, impression));
            }
        }
        if (deadlines.isEmpty()) {
            deadlines.add(impression.timeMs());
        }
        return deadlines;
    }

    long lastDeadline(PlainEvent impression) {
        return deadlines(impression).last();
    }

    long openUntil(PlainEvent impression, Label label) {
        return deployment.tasks().stream()
                .filter(t -> t.label() == label && applies(t, impression))
                .mapToLong(t -> deadline(t, impression))
                .max()
                .orElseGet(() -> Math.min(validUntil(impression), lastDeadline(impression)));
    }

    long investableUntil(PlainEvent impression) {
        return deployment.tasks().stream()
                .filter(
                        t ->
                                t.label() == Label.INVESTMENT
                                        || t.label() == Label.LARGE_INVESTMENT
                                        || t.label() == Label.AMOUNT)
                .filter(t -> applies(t, impression))
                .mapToLong(t -> deadline(t, impression))
                .max()
                .orElse(-1);
    }
}
