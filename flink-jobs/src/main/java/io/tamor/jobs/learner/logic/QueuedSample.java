package io.tamor.jobs.learner.logic;

import io.tamor.schemas.wire.SampleView;
import org.jspecify.annotations.Nullable;

/**
 * A checked sample on its way to a training step, with where it was read. What order and step ask
 * for is read in its wire bytes, which a checkpoint stores as they are.
 */
public final class QueuedSample {
    private final SampleView view;
    private final String userId;
    private final int tier;
    private final int scenario;
    private final String partition;
    private final long offset;

    private @Nullable StoredSegment segment;

    /**
     * @param partition topic and partition, {@code samples-3}; empty where that is not known
     * @param offset its offset there
     */
    QueuedSample(
            SampleView view, String userId, int tier, int scenario, String partition, long offset) {
        this.view = view;
        this.userId = userId;
        this.tier = tier;
        this.scenario = scenario;
        this.partition = partition;
        this.offset = offset;
    }

    /** Its fields and features. */
    public SampleView view() {
        return view;
    }

    public String userId() {
        return userId;
    }

    /** Index of its tier. */
    int tier() {
        return tier;
    }

    /** Index of its scenario. */
    int scenario() {
        return scenario;
    }

    public String partition() {
        return partition;
    }

    public long offset() {
        return offset;
    }

    /** When its labels became final, epoch milliseconds. */
    public long maturedAtMs() {
        return view.maturedAtMs();
    }

    /** When the impression was shown, epoch milliseconds. */
    long impressionTimeMs() {
        return view.impressionTimeMs();
    }

    /** Where the checkpoints have it while it waits; null: nowhere yet. */
    public @Nullable StoredSegment segment() {
        return segment;
    }

    /** It is stored there from now on. */
    public void storedIn(StoredSegment segment) {
        this.segment = segment;
    }
}
