package io.tamor.quickstart.benchmark;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.util.List;

/**
 * How fast the learner is once it runs, from looks at how far it is: the first third is left out,
 * since the virtual machine still compiles.
 */
final class JobRate {
    /** The learner's task, and the thread on which its trainer works. */
    private static final List<String> LEARNER_THREADS =
            List.of("learner.online-learner", "learner-steps");

    private static final double NANOS = 1e9;

    private final long wantedCount;
    private Look from = Look.NONE;
    private Look to = Look.NONE;

    private record Look(long samples, long ns, long cpuNs, long processCpuNs) {
        static final Look NONE = new Look(0, 0, 0, 0);
    }

    JobRate(long wantedCount) {
        this.wantedCount = wantedCount;
    }

    /** So many samples have been read by now. */
    void at(long samples) {
        if (samples <= to.samples() || samples >= wantedCount) {
            return; // no news, or read to the end while the learner still trains
        }
        Look look = new Look(samples, System.nanoTime(), learnerCpuNs(), processCpuNs());
        if (from.equals(Look.NONE) && samples >= wantedCount / 3) {
            from = look;
        }
        to = look;
    }

    double samplesPerSecond() {
        return samples() * NANOS / (to.ns() - from.ns());
    }

    /** Processor time of the learner's two threads a sample, microseconds. */
    double cpuMicros() {
        return (to.cpuNs() - from.cpuNs()) / 1e3 / samples();
    }

    /** Processor time of the whole process, its broker and compiler too, a sample, microseconds. */
    double processCpuMicros() {
        return (to.processCpuNs() - from.processCpuNs()) / 1e3 / samples();
    }

    private double samples() {
        if (from.equals(Look.NONE) || to.samples() == from.samples()) {
            throw new IllegalStateException(
                    "the job was over before it could be measured; ask for more samples");
        }
        return to.samples() - from.samples();
    }

    private static long processCpuNs() {
        return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime();
    }

    private static long learnerCpuNs() {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long sum = 0;
        for (ThreadInfo thread : threads.getThreadInfo(threads.getAllThreadIds())) {
            if (thread != null
                    && LEARNER_THREADS.stream().anyMatch(thread.getThreadName()::startsWith)) {
                sum += threads.getThreadCpuTime(thread.getThreadId());
            }
        }
        return sum;
    }
}
