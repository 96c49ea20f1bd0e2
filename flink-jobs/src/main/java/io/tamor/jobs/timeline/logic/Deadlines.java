package io.tamor.jobs.timeline.logic;

/**
 * Waits for the deadlines of open impressions: each stage is closed from what waits here, without a
 * look at its user. Told of every change under the user's key.
 */
public interface Deadlines {
    /**
     * An impression has opened.
     *
     * @param frozen its features, as {@link FrozenSample} stores them
     */
    void opened(PendingImpression impression, byte[] frozen) throws Exception;

    /** Outcomes have changed the labels of an impression whose next stage waits. */
    void changed(PendingImpression impression) throws Exception;
}
