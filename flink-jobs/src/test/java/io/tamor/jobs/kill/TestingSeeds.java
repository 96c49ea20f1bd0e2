package io.tamor.jobs.kill;

import java.util.stream.IntStream;

/**
 * Which seeds a kill test runs: as many as {@code -Dtamor.kill.runs=N} says, else a handful; only
 * one with {@code -Dtamor.kill.seed=S}.
 */
public final class TestingSeeds {
    private TestingSeeds() {}

    /** The seeds, from 0. */
    public static IntStream seeds(int handful) {
        Integer one = Integer.getInteger("tamor.kill.seed");
        return one != null
                ? IntStream.of(one)
                : IntStream.range(0, Integer.getInteger("tamor.kill.runs", handful));
    }
}
