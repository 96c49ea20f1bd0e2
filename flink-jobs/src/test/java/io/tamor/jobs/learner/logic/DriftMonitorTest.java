package io.tamor.jobs.learner.logic;

import static org.assertj.core.api.Assertions.assertThat;

import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.config.DriftOptions;
import io.tamor.model.config.ModelSpec;
import io.tamor.model.network.MiniBatch;
import io.tamor.schemas.Sample;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DriftMonitorTest {
    private static final Duration LASTS = Duration.ofHours(2);
    private static final long MINUTE_MS = 60_000;

    @TempDir Path folder;
    private Deployment deployment;
    private ModelSpec spec;
    private Sample sample;
    private int resets;

    @BeforeEach
    void prepare() {
        deployment = TestingSamples.deployment(folder, 16);
        spec = ModelSpecs.of(deployment);
        sample = TestingSamples.generate(deployment, 1, 1).get(0);
    }

    @Test
    void whatIsSteadyOrBecomesBetterRaisesNothing() {
        DriftMonitor monitor = monitor(1, false);
        feed(monitor, 1, 3000, 0.3, 0.5);
        feed(monitor, 2, 3000, 0.3, 0.3);
        assertThat(monitor.alarms().total()).isZero();
        assertThat(monitor.learningRateFactor(0)).isEqualTo(1);
    }

    @Test
    void aRateThatTheModelDoesNotFollowRaisesAnAlarmInItsSliceAlone() {
        DriftMonitor monitor = monitor(1, false);
        feed(monitor, 1, 3000, 0.2, 0.2);
        feed(monitor, 2, 3000, 0.6, 0.2);
        assertThat(monitor.alarms().of(0, 1, DriftMonitor.Signal.LOSS)).isPositive();
        assertThat(monitor.alarms().of(0, 1, DriftMonitor.Signal.CALIBRATION)).isPositive();
        assertThat(monitor.alarms().total())
                .isEqualTo(
                        monitor.alarms().of(0, 1, DriftMonitor.Signal.LOSS)
                                + monitor.alarms().of(0, 1, DriftMonitor.Signal.CALIBRATION));
    }

    @Test
    void theResponseIsAsConfiguredAndEndsByEventTime() {
        DriftMonitor monitor = monitor(3, true);
        long startMs = feed(monitor, 1, 3000, 0.2, 0.2);
        assertThat(monitor.learningRateFactor(startMs)).isEqualTo(1);
        int alarmsFirst = resets;
        long endMs = feed(monitor, 2, 700, 0.6, 0.2);
        assertThat(alarmsFirst).isZero();
        assertThat(resets).isPositive();
        assertThat(monitor.resetMs()).isBetween(startMs, endMs);
        assertThat(monitor.learningRateFactor(monitor.resetMs() + 1)).isEqualTo(3);
        assertThat(monitor.learningRateFactor(endMs + LASTS.toMillis())).isEqualTo(1);
    }

    @Test
    void aMonitorReadBackGoesOnBitForBit() throws IOException {
        DriftMonitor steady = monitor(2, true);
        DriftMonitor stored = monitor(2, true);
        feed(steady, 1, 3000, 0.2, 0.2);
        feed(stored, 1, 3000, 0.2, 0.2);
        DriftMonitor resumed = monitor(2, true);
        resumed.read(new DataInputStream(new ByteArrayInputStream(bytes(stored))));
        feed(steady, 2, 1000, 0.6, 0.2);
        feed(resumed, 2, 1000, 0.6, 0.2);
        assertThat(steady.alarms().total()).isPositive();
        assertThat(bytes(resumed)).isEqualTo(bytes(steady));
    }

    private DriftMonitor monitor(double factor, boolean reset) {
        return new DriftMonitor(spec, new DriftOptions(0, factor, reset, LASTS));
    }

    /** Labels of task 0 in tier 1, a minute apart; the time after the last is returned. */
    private long feed(DriftMonitor monitor, long seed, int count, double rate, double predicted) {
        Random random = new Random(seed);
        MiniBatch batch = new MiniBatch(spec, 1);
        long timeMs = TestingSamples.START_MS + seed * 100_000 * MINUTE_MS;
        for (int i = 0; i < count; i++) {
            timeMs += MINUTE_MS;
            batch.clear();
            int row = batch.addRow();
            batch.tier(row, 1);
            batch.scenario(row, 0);
            batch.label(row, 0, random.nextDouble() < rate ? 1 : 0, 1);
            Sample at = Sample.newBuilder(sample).setMaturedAtMs(timeMs).build();
            if (monitor.count(
                    TestingSamples.queued(deployment, List.of(at)),
                    batch,
                    (r, task) -> (float) predicted)) {
                resets++;
            }
        }
        return timeMs;
    }

    private static byte[] bytes(DriftMonitor monitor) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        monitor.write(new DataOutputStream(bytes));
        return bytes.toByteArray();
    }
}
