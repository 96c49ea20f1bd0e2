package io.tamor.model.benchmark;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.sun.management.ThreadMXBean;
import io.tamor.model.config.ModelSpec;
import io.tamor.model.embedding.EmbeddingTable;
import io.tamor.model.network.MiniBatch;
import io.tamor.model.tensor.Gemm;
import io.tamor.model.tensor.Matrix;
import io.tamor.model.tensor.Parameter;
import io.tamor.model.tensor.ParameterFactory;
import io.tamor.model.training.Trainer;
import java.lang.management.ManagementFactory;
import java.util.SplittableRandom;

/**
 * Trains and scores the {@link ReferenceModel} on one thread and gives the best rates of many short
 * runs: on a shared machine the best is what the code can do, the mean is what the neighbours left.
 */
public final class LearnerBenchmark {
    private static final int BATCHES = 32;
    private static final int ITEMS = 200;

    private LearnerBenchmark() {}

    /** Prints the figures as JSON, measured for as many seconds as the first argument says (10). */
    public static void main(String[] args) throws JsonProcessingException {
        double seconds = args.length > 0 ? Double.parseDouble(args[0]) : 10;
        System.out.println(new JsonMapper().writeValueAsString(run(seconds)));
    }

    /** Measures for about that many seconds in all. */
    public static LearnerFigures run(double seconds) {
        ModelSpec spec = ReferenceModel.spec();
        Trainer trainer = new Trainer(spec, ReferenceModel.BATCH);
        SplittableRandom random = new SplittableRandom(1);
        MiniBatch[] batches = new MiniBatch[BATCHES];
        for (int i = 0; i < BATCHES; i++) {
            batches[i] = ReferenceModel.batch(spec, ReferenceModel.BATCH, false, random);
        }
        double peak = gemmPeak(seconds / 10);
        int[] next = new int[1];
        Runnable step = () -> trainer.step(batches[next[0]++ % BATCHES]);
        double stepSeconds = best(step, 1, seconds / 2);
        long allocated = allocated(step, 50);
        Runnable score = () -> trainer.score(batches[next[0]++ % BATCHES]);
        double scoreSeconds = best(score, 1, seconds / 5);
        MiniBatch items = ReferenceModel.batch(spec, ITEMS, true, random);
        MiniBatch rows = ReferenceModel.batch(spec, ITEMS, false, random);
        double itemSeconds = best(() -> trainer.score(items), 1, seconds / 10);
        double rowSeconds = best(() -> trainer.score(rows), 1, seconds / 10);
        double flops = 3 * ReferenceModel.forwardFlops() * ReferenceModel.BATCH;
        return new LearnerFigures(
                ReferenceModel.BATCH / stepSeconds,
                peak / 1e9,
                flops / stepSeconds / peak,
                allocated,
                ReferenceModel.BATCH / scoreSeconds,
                rowSeconds / itemSeconds,
                modelBytes(trainer),
                footprint(spec, ReferenceModel.BATCH) - footprint(spec, 1));
    }

    /** Bytes that a new trainer takes for a capacity, with its first step, on and off the heap. */
    private static long footprint(ModelSpec spec, int capacity) {
        MiniBatch batch = ReferenceModel.batch(spec, capacity, false, new SplittableRandom(1));
        long nativeBefore = Matrix.takenBytes();
        long heap = allocated(() -> new Trainer(spec, capacity).step(batch), 1);
        return heap + Matrix.takenBytes() - nativeBefore;
    }

    /** Floating-point operations per second of the best of some matrix products. */
    static double gemmPeak(double seconds) {
        double peak = 0;
        for (int n : new int[] {128, 256, 512}) {
            Matrix a = Matrix.zeros(n, n);
            Matrix b = Matrix.zeros(n, n);
            ParameterFactory.fillUniform(a, new SplittableRandom(1), 1);
            ParameterFactory.fillUniform(b, new SplittableRandom(2), 1);
            Matrix c = Matrix.zeros(n, n);
            double time = best(() -> Gemm.forward(a, 0, b, c, 0, n, 0f), 1, seconds / 3);
            peak = Math.max(peak, 2.0 * n * n * n / time);
        }
        return peak;
    }

    /** Seconds of one call, the best of runs of {@code calls}. */
    private static double best(Runnable work, int calls, double seconds) {
        long end = System.nanoTime() + (long) (seconds * 1e9);
        double best = Double.POSITIVE_INFINITY;
        do {
            long start = System.nanoTime();
            for (int i = 0; i < calls; i++) {
                work.run();
            }
            best = Math.min(best, (System.nanoTime() - start) / 1e9 / calls);
        } while (System.nanoTime() < end);
        return best;
    }

    private static long allocated(Runnable work, int calls) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < calls; i++) {
            work.run();
        }
        return (threads.getCurrentThreadAllocatedBytes() - before) / calls;
    }

    private static long modelBytes(Trainer trainer) {
        long floats = 0;
        for (EmbeddingTable table : trainer.network().parameters().tables()) {
            floats += table.rows().length;
        }
        for (Parameter p : trainer.network().parameters().dense()) {
            floats += 4L * p.value().rows() * p.value().columns(); // value, gradient, two moments
        }
        return floats * Float.BYTES;
    }
}
