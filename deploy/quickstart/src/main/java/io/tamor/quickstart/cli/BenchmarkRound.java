package io.tamor.quickstart.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.tamor.model.benchmark.LearnerBenchmark;
import io.tamor.quickstart.Leftovers;
import io.tamor.quickstart.benchmark.LearnerJobBenchmark;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ProcessBuilder.Redirect;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One round: the JVM benchmark in a process of its own, then PyTorch's in one, then the job over
 * each model in one.
 *
 * @param jvm figures of {@link LearnerBenchmark}
 * @param torch figures of the script beside it; null where python3 has no torch
 * @param job figures of {@link LearnerJobBenchmark} for the reference model
 * @param quickstartJob the same for the quickstart's model
 */
record BenchmarkRound(
        JsonNode jvm, @Nullable JsonNode torch, JsonNode job, JsonNode quickstartJob) {
    /** Enough for the job to have a checkpoint and a version in ten seconds' samples. */
    private static final int JOB_SAMPLES_PER_SECOND = 240_000;

    private static final String SCRIPT = "tamor_eager.py";

    /** Where a Python with torch may be; Debian's package is for the system's own. */
    private static final List<String> PYTHONS = List.of("python3", "/usr/bin/python3");

    static BenchmarkRound measure(int seconds) throws IOException, InterruptedException {
        JsonNode jvm = java(LearnerBenchmark.class, Integer.toString(seconds));
        JsonNode torch = torch(seconds);
        return new BenchmarkRound(
                jvm, torch, job("reference", seconds, true), job("quickstart", seconds, true));
    }

    /** Measures the job over a model, and its training step, alone. */
    static JsonNode job(String model, int seconds, boolean gated)
            throws IOException, InterruptedException {
        String samples = Integer.toString(seconds * JOB_SAMPLES_PER_SECOND);
        return java(LearnerJobBenchmark.class, model, samples, Boolean.toString(gated));
    }

    private static @Nullable JsonNode torch(int seconds) throws IOException, InterruptedException {
        byte[] script;
        try (InputStream in = LearnerBenchmark.class.getResourceAsStream(SCRIPT)) {
            if (in == null) {
                throw new IOException("the resource " + SCRIPT + " is not in this jar");
            }
            script = in.readAllBytes();
        }
        for (String python : PYTHONS) {
            String half = Double.toString(seconds / 2.0);
            JsonNode torch = run(List.of(python, "-", half), script, Redirect.DISCARD);
            if (torch != null) {
                return torch;
            }
        }
        return null;
    }

    /** A figure of the JVM benchmark. */
    double own(String name) {
        return jvm.path(name).asDouble();
    }

    /** Runs a main class with this process's own options. */
    private static JsonNode java(Class<?> main, String... arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.add("-cp");
        command.add(System.getProperty("java.class.path", "").replace(';', File.pathSeparatorChar));
        command.add(main.getName());
        command.addAll(List.of(arguments));
        JsonNode figures = run(command, new byte[0], Redirect.INHERIT);
        if (figures == null) {
            throw new IOException(
                    "the benchmark's process " + main.getSimpleName() + " failed; see above");
        }
        return figures;
    }

    /** The last line a command prints, which is JSON; null where it cannot be started or fails. */
    private static @Nullable JsonNode run(List<String> command, byte[] input, Redirect errors)
            throws IOException, InterruptedException {
        Process process;
        try {
            process = Leftovers.start(new ProcessBuilder(command).redirectError(errors));
        } catch (IOException e) {
            return null; // no such program
        }
        try (var in = process.getOutputStream()) {
            in.write(input);
        } catch (IOException e) {
            process.waitFor(); // it ended before it read all; its exit status tells
        }
        String[] lines =
                new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                        .strip()
                        .split("\n", -1);
        return process.waitFor() == 0 ? new JsonMapper().readTree(lines[lines.length - 1]) : null;
    }
}
