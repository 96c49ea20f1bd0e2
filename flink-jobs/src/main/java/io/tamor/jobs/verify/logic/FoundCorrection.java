package io.tamor.jobs.verify.logic;

import io.tamor.schemas.Correction;

/**
 * A correction and where it is.
 *
 * @param outcome where the late outcome is that it is of
 */
public record FoundCorrection(Correction correction, Place outcome, Place place) {
    /** False where it only tells that the outcome came late. */
    boolean ofALabel() {
        return !correction.getTask().isEmpty();
    }
}
