package io.tamor.jobs.learner.logic;

/** A segment of waiting samples as a checkpoint stored it; kept until none of them waits. */
public final class StoredSegment {
    private final int keyGroup;
    private final long number;
    private int waiting;

    public StoredSegment(int keyGroup, long number) {
        this.keyGroup = keyGroup;
        this.number = number;
    }

    public int keyGroup() {
        return keyGroup;
    }

    public long number() {
        return number;
    }

    /** One more of its samples waits. */
    public void joined() {
        waiting++;
    }

    /** One fewer waits; true where it was the last. */
    public boolean left() {
        return --waiting == 0;
    }
}
