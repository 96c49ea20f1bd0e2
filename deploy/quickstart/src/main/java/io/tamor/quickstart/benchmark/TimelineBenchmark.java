package io.tamor.quickstart.benchmark;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.tamor.quickstart.Leftovers;
import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Runs the variants in turn, round by round, each in a process of its own with the same heap and
 * the same memory for RocksDB.
 */
public record TimelineBenchmark(
        Workload workload,
        int parallelism,
        int managedMebibytes,
        int seconds,
        int fillMinutes,
        int rounds) {
    private static final String HEAP = "-Xmx2g";
    private static final long CHECKED_CYCLES = 2_000;

    /**
     * Runs a small workload to its end in this process and compares the labels.
     *
     * @throws IllegalStateException where a variant's labels are not the timeline's
     */
    public static String checkLabels(long seed) throws Exception {
        Workload small = new Workload(Workload.LEAST_PENDING, 10, 0, seed);
        Map<Variant, LabelTally.Counts> counts = new EnumMap<>(Variant.class);
        for (Variant variant : Variant.values()) {
            Path folder = Leftovers.temporaryFolder();
            try {
                counts.put(
                        variant,
                        new Trial(new TrialOptions(variant, small, 1, 64, 1, 1, folder))
                                .labels(CHECKED_CYCLES));
            } finally {
                Leftovers.delete(folder);
            }
        }
        LabelTally.Counts own = counts.get(Variant.TIMELINE);
        if (own == null
                || own.clicks() == 0
                || counts.values().stream().anyMatch(c -> !c.equals(own))) {
            throw new IllegalStateException("the variants make different labels: " + counts);
        }
        return own.toString();
    }

    /**
     * Measures all rounds, and the latency.
     *
     * @param latencyRate events a second to measure the latency at, 0 to leave it out
     */
    public TimelineSummary measure(int latencyRate, Consumer<String> progress) throws IOException {
        Map<Variant, List<TrialFigures>> figures = new EnumMap<>(Variant.class);
        for (int round = 1; round <= rounds; round++) {
            for (Variant variant : Variant.values()) {
                progress.accept("round " + round + " of " + rounds + ": " + variant.label());
                figures.computeIfAbsent(variant, v -> new ArrayList<>()).add(trial(variant));
            }
        }
        if (latencyRate == 0) {
            return new TimelineSummary(figures, null);
        }
        progress.accept("latency at " + latencyRate + " events a second");
        return new TimelineSummary(figures, latency(latencyRate));
    }

    /** Measures in this process how soon samples are readable. */
    private static SampleLatency.Figures latency(int eventsPerSecond) throws IOException {
        Path folder = Leftovers.temporaryFolder();
        try {
            return new SampleLatency(SampleLatency.Options.at(eventsPerSecond)).measure(folder);
        } finally {
            Leftovers.delete(folder);
        }
    }

    private TrialFigures trial(Variant variant) throws IOException {
        Path folder = Leftovers.temporaryFolder();
        JsonMapper mapper = new JsonMapper();
        TrialOptions options =
                new TrialOptions(
                        variant,
                        workload,
                        parallelism,
                        managedMebibytes,
                        seconds,
                        fillMinutes,
                        folder);
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(a -> !a.startsWith("-Xmx"))
                .forEach(command::add);
        command.add(HEAP);
        command.add("-cp");
        command.add(System.getProperty("java.class.path", "").replace(';', File.pathSeparatorChar));
        command.add(Trial.class.getName());
        command.add(mapper.writeValueAsString(options));
        try {
            Process process =
                    Leftovers.start(new ProcessBuilder(command).redirectError(Redirect.INHERIT));
            process.getOutputStream().close();
            String[] lines =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                            .strip()
                            .split("\n", -1);
            if (process.waitFor() != 0) {
                throw new IOException(
                        "the process of " + variant.label() + " failed; its errors are above");
            }
            return mapper.readValue(lines[lines.length - 1], TrialFigures.class);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while " + variant.label() + " ran", e);
        } finally {
            Leftovers.delete(folder);
        }
    }
}
