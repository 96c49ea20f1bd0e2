package io.tamor.jobs.learner.logic;

import io.tamor.schemas.Sample;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;

/**
 * Samples on their way to a training step. A sample is held until event time has passed it; then it
 * joins the current mini-batch in {@link SampleOrder}, so the steps depend on the samples alone,
 * never on the order of arrival. A mini-batch is cut when it is full, and before a sample that
 * matured more than the maximum delay after the batch's first: both are properties of the samples,
 * so a replay cuts where the first run did. A sample behind the time already passed joins the
 * current mini-batch at once. Memory: the samples of the disorder allowed, and one mini-batch.
 */
public final class TrainingQueue {
    private final int capacity;
    private final long maxDelayMs;
    private final PriorityQueue<Sample> held = new PriorityQueue<>(SampleOrder.BY_MATURITY);
    private final List<Sample> batch;
    private final Map<String, Integer> countByUser = new HashMap<>();
    private long passedMs = Long.MIN_VALUE;

    /** Trains one mini-batch; the list is the queue's own and is cleared afterwards. */
    @FunctionalInterface
    public interface Step {
        void train(List<Sample> batch) throws Exception;
    }

    /** Takes each untrained sample: its place in the current mini-batch, or {@link #HELD}. */
    @FunctionalInterface
    public interface Visitor {
        void visit(Sample sample, int place) throws Exception;
    }

    /** The place of a sample that is not in the current mini-batch yet. */
    public static final int HELD = -1;

    public TrainingQueue(int capacity, long maxDelayMs) {
        this.capacity = capacity;
        this.maxDelayMs = maxDelayMs;
        this.batch = new ArrayList<>(capacity);
    }

    /** Takes a sample; true where it came behind the time already passed (out of order). */
    public boolean offer(Sample sample, Step step) throws Exception {
        countByUser.merge(sample.getUserId(), 1, Integer::sum);
        if (sample.getMaturedAtMs() > passedMs) {
            held.add(sample);
            return false;
        }
        join(sample, step);
        return true;
    }

    /** Event time has passed {@code timeMs}: every sample that matured by then joins a batch. */
    public void advance(long timeMs, Step step) throws Exception {
        if (timeMs <= passedMs) {
            return;
        }
        passedMs = timeMs;
        while (true) {
            Sample next = held.peek();
            if (next == null || next.getMaturedAtMs() > timeMs) {
                return;
            }
            held.remove();
            join(next, step);
        }
    }

    /** The input has ended: trains everything, the last mini-batch partial. */
    public void drain(Step step) throws Exception {
        while (true) {
            Sample next = held.poll();
            if (next == null) {
                break;
            }
            join(next, step);
        }
        if (!batch.isEmpty()) {
            cut(step);
        }
    }

    /** The time up to which samples have joined a batch, epoch milliseconds. */
    public long passedMs() {
        return passedMs;
    }

    /** Samples not trained yet. */
    public int size() {
        return held.size() + batch.size();
    }

    /** Whether a sample of the user is not trained yet. */
    public boolean holds(String userId) {
        return countByUser.containsKey(userId);
    }

    /** Shows every untrained sample. */
    public void forEach(Visitor visitor) throws Exception {
        for (int place = 0; place < batch.size(); place++) {
            visitor.visit(batch.get(place), place);
        }
        for (Sample sample : held) {
            visitor.visit(sample, HELD);
        }
    }

    /** Takes up where another queue stopped; the untrained samples may be in any order. */
    public void restore(List<Untrained> untrained, long timeMs) {
        if (size() > 0) {
            throw new IllegalStateException("restore into a queue of " + size() + " samples");
        }
        passedMs = timeMs;
        untrained.forEach(u -> countByUser.merge(u.sample().getUserId(), 1, Integer::sum));
        untrained.stream()
                .sorted((a, b) -> Integer.compare(a.place(), b.place()))
                .forEach(u -> (u.place() == HELD ? held : batch).add(u.sample()));
        if (batch.size() >= capacity) {
            throw new IllegalStateException(
                    "the restored mini-batch holds "
                            + batch.size()
                            + " samples, learner.batch is "
                            + capacity
                            + "; restore with a learner.batch above the former one's");
        }
    }

    private void join(Sample sample, Step step) throws Exception {
        if (!batch.isEmpty()
                && sample.getMaturedAtMs() - batch.get(0).getMaturedAtMs() > maxDelayMs) {
            cut(step);
        }
        batch.add(sample);
        if (batch.size() == capacity) {
            cut(step);
        }
    }

    private void cut(Step step) throws Exception {
        step.train(batch);
        for (Sample sample : batch) {
            countByUser.computeIfPresent(
                    sample.getUserId(), (user, count) -> count == 1 ? null : count - 1);
        }
        batch.clear();
    }
}
