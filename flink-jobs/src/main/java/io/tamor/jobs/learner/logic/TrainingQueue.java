package io.tamor.jobs.learner.logic;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Samples on their way to a training step. A sample is held until event time has passed it; then it
 * joins the current mini-batch in {@link SampleOrder}, so the steps depend on the samples alone,
 * never on the order of arrival. A mini-batch is cut when it is full, and before a sample that
 * matured more than the maximum delay after the batch's first: both are properties of the samples,
 * so a replay cuts where the first run did. A sample behind the time already passed joins the
 * current mini-batch at once. Memory: the samples of the disorder allowed, and one mini-batch.
 *
 * <p>Where learners share a model, so many samples may join at most until more are {@link #allow
 * allowed}; those that could join and may not are {@linkplain #isDue() due}.
 */
public final class TrainingQueue {
    private final int capacity;
    private final long maxDelayMs;
    private final HeldSamples held = new HeldSamples();
    private final List<QueuedSample> batch;
    private long passedMs = Long.MIN_VALUE;
    private long allowed = Long.MAX_VALUE;

    /** Trains mini-batches. */
    @FunctionalInterface
    public interface Step {
        /**
         * Begins to train a mini-batch, which leaves the queue when this returns. What was begun
         * before is over by then.
         */
        void train(List<QueuedSample> batch) throws Exception;

        /** Ends what was begun. */
        default void settle() throws Exception {}

        /** A call of the queue that may have trained is over: what goes on by itself, goes on. */
        default void rest() throws Exception {
            settle();
        }
    }

    /** Takes each untrained sample: its place in the current mini-batch, or {@link #HELD}. */
    @FunctionalInterface
    public interface Visitor {
        void visit(QueuedSample sample, int place) throws Exception;
    }

    /** The place of a sample that is not in the current mini-batch yet. */
    public static final int HELD = -1;

    public TrainingQueue(int capacity, long maxDelayMs) {
        this.capacity = capacity;
        this.maxDelayMs = maxDelayMs;
        this.batch = new ArrayList<>(capacity);
    }

    /** Takes a sample; true where it came behind the time already passed (out of order). */
    public boolean offer(QueuedSample sample, Step step) throws Exception {
        boolean late = sample.maturedAtMs() <= passedMs;
        if (late && allowed > 0) {
            join(sample, step);
            step.rest();
        } else {
            held.add(sample);
        }
        return late;
    }

    /**
     * Event time has passed {@code timeMs}: every sample that matured by then joins a batch, as far
     * as allowed.
     */
    public void advance(long timeMs, Step step) throws Exception {
        if (timeMs > passedMs) {
            passedMs = timeMs;
            joinDue(step);
        }
    }

    /** From now on so many samples may join; at first any number. */
    public void allow(long samples) {
        allowed = samples;
    }

    /** True where samples have matured that may not join yet. */
    public boolean isDue() {
        return held.size() > 0 && held.firstMaturedMs() <= passedMs;
    }

    /** Lets the samples that are due join, as far as allowed. */
    public void joinDue(Step step) throws Exception {
        while (allowed > 0 && isDue()) {
            join(held.poll(), step);
        }
        step.rest();
    }

    /** The input has ended: trains everything, the last mini-batch partial, to the end. */
    public void drain(Step step) throws Exception {
        while (held.size() > 0) {
            join(held.poll(), step);
        }
        if (!batch.isEmpty()) {
            cut(batch.size(), step);
        }
        step.settle();
    }

    /** The time up to which samples have joined a batch, or are due, epoch milliseconds. */
    public long passedMs() {
        return passedMs;
    }

    /** Samples not trained yet. */
    public int size() {
        return held.size() + batch.size();
    }

    /**
     * When the untrained sample that comes first matured; {@link Long#MAX_VALUE} where there is
     * none.
     */
    public long firstMaturedMs() {
        return batch.isEmpty()
                ? held.firstMaturedMs()
                : Math.min(batch.get(0).maturedAtMs(), held.firstMaturedMs());
    }

    /** Shows every untrained sample. */
    public void forEach(Visitor visitor) throws Exception {
        for (int place = 0; place < batch.size(); place++) {
            visitor.visit(batch.get(place), place);
        }
        for (int i = 0; i < held.size(); i++) {
            visitor.visit(held.at(i), HELD);
        }
    }

    /**
     * Takes up where another queue stopped; the untrained samples may be in any order. Mini-batches
     * of several queues, or one too large, are not taken up: their samples are held again and join
     * in order.
     */
    public void restore(List<Untrained> untrained, long timeMs) {
        if (size() > 0) {
            throw new IllegalStateException("restore into a queue of " + size() + " samples");
        }
        passedMs = timeMs;
        long places = untrained.stream().filter(u -> u.place() != HELD).count();
        long distinct =
                untrained.stream()
                        .mapToInt(Untrained::place)
                        .filter(place -> place != HELD)
                        .distinct()
                        .count();
        boolean one = places == distinct && places < capacity;
        untrained.stream()
                .sorted((a, b) -> Integer.compare(a.place(), b.place()))
                .forEach(
                        u -> {
                            if (u.place() == HELD || !one) {
                                held.add(u.sample());
                            } else {
                                batch.add(u.sample());
                            }
                        });
    }

    private void join(QueuedSample sample, Step step) throws Exception {
        batch.add(sample);
        allowed--;
        if (sample.maturedAtMs() - batch.get(0).maturedAtMs() > maxDelayMs) {
            cut(batch.size() - 1, step);
        }
        if (batch.size() == capacity) {
            cut(batch.size(), step);
        }
    }

    private void cut(int size, Step step) throws Exception {
        List<QueuedSample> first = batch.subList(0, size);
        // They leave last: what ends the step before finds them here, not trained yet.
        step.train(List.copyOf(first));
        first.clear();
    }

    /**
     * Where to read on after what has been trained: per partition of {@code next}, the offset after
     * the last one trained or, if it is less, the first one still in the queue. It depends on the
     * trained samples alone, not on how far ahead the topic has been read.
     *
     * @param next offset after the last one trained, by partition
     */
    public SortedMap<String, Long> resumeAt(Map<String, Long> next) throws Exception {
        SortedMap<String, Long> resume = new TreeMap<>(next);
        forEach(
                (sample, place) ->
                        resume.computeIfPresent(
                                sample.partition(),
                                (partition, offset) -> Math.min(offset, sample.offset())));
        return resume;
    }
}
