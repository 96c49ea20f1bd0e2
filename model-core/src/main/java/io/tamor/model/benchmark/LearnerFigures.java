package io.tamor.model.benchmark;

/**
 * What {@link LearnerBenchmark} measured, on one thread.
 *
 * @param samplesPerSecond of training steps
 * @param gemmPeakGigaflops the machine's own largest rate of the same library's matrix product
 * @param shareOfGemmPeak the rate of the matrix products' operations in a training step over it
 * @param bytesAllocatedPerStep on the Java heap
 * @param forwardSamplesPerSecond of scoring
 * @param manyItemsRatio rate of scoring 200 items of one user over that of 200 independent rows
 * @param modelBytes parameters, their gradients and the optimiser's state
 * @param workspaceBytes what a trainer for a full batch takes beyond one for a single row:
 *     activations and their gradients, on and off the Java heap
 */
public record LearnerFigures(
        double samplesPerSecond,
        double gemmPeakGigaflops,
        double shareOfGemmPeak,
        long bytesAllocatedPerStep,
        double forwardSamplesPerSecond,
        double manyItemsRatio,
        long modelBytes,
        long workspaceBytes) {}
