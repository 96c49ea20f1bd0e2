package io.tamor.quickstart.benchmark;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Processor time of this process: all of it, and by group of threads where the system tells it
 * (Linux). Unlike the clock it does not count what other processes take from a shared machine.
 *
 * @param byThread seconds by a thread's name without its number; empty where the system is silent
 */
record CpuTimes(double seconds, Map<String, Double> byThread) {
    /** The system cuts names to 15 characters. */
    private static final Set<String> COMPILERS = Set.of("C1 CompilerThre", "C2 CompilerThre");

    private static final double NANOS = 1e9;
    private static final double TICKS_PER_SECOND = 100;
    // Fields of /proc/*/stat after the name: user time is the 12th, system time the 13th.
    private static final int USER_TIME = 11;

    static CpuTimes now() {
        OperatingSystemMXBean system =
                ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        return new CpuTimes(system.getProcessCpuTime() / NANOS, threads());
    }

    /** Seconds without those of the just-in-time compilers, which a job that runs on never pays. */
    double workSeconds() {
        return seconds
                - byThread.entrySet().stream()
                        .filter(e -> COMPILERS.contains(e.getKey()))
                        .mapToDouble(Map.Entry::getValue)
                        .sum();
    }

    CpuTimes since(CpuTimes before) {
        Map<String, Double> difference = new TreeMap<>();
        byThread.forEach(
                (name, now) -> {
                    double spent = now - before.byThread.getOrDefault(name, 0.0);
                    if (spent > 0) {
                        difference.put(name, spent);
                    }
                });
        return new CpuTimes(seconds - before.seconds, difference);
    }

    private static Map<String, Double> threads() {
        Map<String, Double> times = new TreeMap<>();
        Path tasks = Path.of("/proc/self/task");
        if (!Files.isDirectory(tasks)) {
            return times;
        }
        try (DirectoryStream<Path> threads = Files.newDirectoryStream(tasks)) {
            for (Path thread : threads) {
                add(thread, times);
            }
        } catch (IOException e) {
            return new TreeMap<>();
        }
        return times;
    }

    private static void add(Path thread, Map<String, Double> times) {
        String stat;
        try {
            stat = Files.readString(thread.resolve("stat"));
        } catch (IOException e) {
            return; // it has ended
        }
        int end = stat.lastIndexOf(')');
        String name = stat.substring(stat.indexOf('(') + 1, end).replaceAll("[-# ]*[0-9]+$", "");
        String[] fields = stat.substring(end + 2).split(" ", -1);
        double ticks =
                Double.parseDouble(fields[USER_TIME]) + Double.parseDouble(fields[USER_TIME + 1]);
        times.merge(name, ticks / TICKS_PER_SECOND, Double::sum);
    }
}
