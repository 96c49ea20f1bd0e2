package io.tamor.model.benchmark;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Warmup;

/** Scoring 200 items of one user, the user side computed once, beside 200 independent rows. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(3)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
public class OneUserManyItems {
    @Benchmark
    public float oneUser(ReferenceState reference) {
        reference.trainer.score(reference.oneUser);
        return reference.trainer.prediction(0, 0);
    }

    @Benchmark
    public float independentRows(ReferenceState reference) {
        reference.trainer.score(reference.independent);
        return reference.trainer.prediction(0, 0);
    }
}
