package io.tamor.quickstart.benchmark;

import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.learner.logic.ModelSpecs;
import io.tamor.jobs.learner.logic.SampleReader;
import io.tamor.jobs.learner.logic.SampleRows;
import io.tamor.model.config.ModelSpec;
import io.tamor.model.network.MiniBatch;
import io.tamor.model.training.Trainer;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.List;

/**
 * The deployment's training step and nothing else: no queue, no user rows, no decoding. Over so
 * many samples that none is learned by heart, which changes what a step takes. On a shared machine
 * a rate says what the neighbours left; processor time says what the code needs.
 */
final class BareStep {
    private static final int SAMPLES = 1 << 17;
    private static final double NANOS = 1e9;

    private final Trainer trainer;
    private final List<MiniBatch> batches = new ArrayList<>();
    private final int samplesPerStep;

    /**
     * What a sample costs.
     *
     * @param samplesPerSecond by the clock
     * @param cpuMicros processor time a sample, microseconds
     */
    record Cost(double samplesPerSecond, double cpuMicros) {}

    BareStep(Deployment deployment, RandomSamples samples) {
        ModelSpec spec = ModelSpecs.of(deployment);
        samplesPerStep = deployment.learner().batch();
        trainer = new Trainer(spec, samplesPerStep);
        SampleReader reader = new SampleReader(deployment);
        SampleRows rows = new SampleRows(spec, deployment.sampleSchema());
        for (int i = 0; i < SAMPLES / samplesPerStep; i++) {
            MiniBatch batch = new MiniBatch(spec, samplesPerStep);
            for (int row = 0; row < samplesPerStep; row++) {
                rows.add(reader.of(samples.next(), "", 0), row, batch);
            }
            batches.add(batch);
        }
    }

    /** Steps for so long, all of which counts. */
    Cost measure(double seconds) {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long startNs = System.nanoTime();
        long cpuNs = threads.getCurrentThreadCpuTime();
        long steps = 0;
        while (System.nanoTime() - startNs < seconds * NANOS) {
            trainer.step(batches.get((int) (steps++ % batches.size())));
        }
        double samples = (double) steps * samplesPerStep;
        return new Cost(
                samples * NANOS / (System.nanoTime() - startNs),
                (threads.getCurrentThreadCpuTime() - cpuNs) / 1e3 / samples);
    }
}
