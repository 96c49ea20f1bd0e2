package io.tamor.quickstart.benchmark;

import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.learner.logic.ModelSpecs;
import io.tamor.jobs.learner.logic.SampleReader;
import io.tamor.jobs.learner.logic.SampleRows;
import io.tamor.model.config.ModelSpec;
import io.tamor.model.network.MiniBatch;
import io.tamor.model.training.Trainer;
import io.tamor.schemas.Sample;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The deployment's training step and nothing else: no queue, no decoding, no user rows loaded or
 * written back. As in a stream no sample comes twice, since steps on samples known by heart take
 * another time, and each user of a mini-batch has a slot. On a shared machine a rate says what the
 * neighbours left; processor time says what the code needs.
 */
final class BareStep {
    /** Samples in memory, which are assembled outside of the time measured. */
    private static final int SAMPLES_AT_ONCE = 1 << 16;

    private static final double NANOS = 1e9;

    private final RandomSamples samples;
    private final Trainer trainer;
    private final SampleReader reader;
    private final SampleRows rows;
    private final List<MiniBatch> batches = new ArrayList<>();

    /**
     * What a sample costs.
     *
     * @param samplesPerSecond by the clock
     * @param cpuMicros processor time a sample, microseconds
     */
    record Cost(double samplesPerSecond, double cpuMicros) {}

    BareStep(Deployment deployment, RandomSamples samples) {
        ModelSpec spec = ModelSpecs.of(deployment);
        int samplesPerStep = deployment.learner().batch();
        this.samples = samples;
        trainer = new Trainer(spec, samplesPerStep);
        reader = new SampleReader(deployment);
        rows = new SampleRows(spec, deployment.sampleSchema());
        for (int i = 0; i < SAMPLES_AT_ONCE / samplesPerStep; i++) {
            batches.add(new MiniBatch(spec, samplesPerStep));
        }
    }

    /** Learns from so many more samples or a few above, all of which count. */
    Cost measure(long wanted) {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long ns = 0;
        long cpuNs = 0;
        long count = 0;
        while (count < wanted) {
            batches.forEach(this::assemble);
            long startNs = System.nanoTime();
            long startCpuNs = threads.getCurrentThreadCpuTime();
            for (MiniBatch batch : batches) {
                trainer.step(batch);
                count += batch.size();
            }
            cpuNs += threads.getCurrentThreadCpuTime() - startCpuNs;
            ns += System.nanoTime() - startNs;
        }
        return new Cost(count * NANOS / ns, cpuNs / 1e3 / count);
    }

    private void assemble(MiniBatch batch) {
        Map<String, Integer> slots = new HashMap<>();
        batch.clear();
        for (int row = 0; row < batch.capacity(); row++) {
            Sample sample = samples.next();
            Integer slot = slots.computeIfAbsent(sample.getUserId(), user -> slots.size());
            rows.add(reader.of(sample, "", 0), slot, batch);
        }
    }
}
