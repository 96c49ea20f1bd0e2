package io.tamor.jobs.verify;

/**
 * What a verification found.
 *
 * @param samples how many were wanted in the period
 * @param late events left out because the timeline found them late
 * @param corrections how many were wanted of those samples
 * @param differences how many were reported
 * @param toMs samples that matured at or after this time were not looked at
 */
public record VerifiedSamples(
        long samples, long late, long corrections, long differences, long toMs) {
    /** True where nothing differs. */
    public boolean held() {
        return differences == 0;
    }
}
