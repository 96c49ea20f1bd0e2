package io.tamor.jobs.learner;

import static org.assertj.core.api.Assertions.assertThat;

import io.tamor.jobs.io.TestingKafkaBroker;
import io.tamor.jobs.kill.TestingFaults;
import io.tamor.jobs.kill.TestingSeeds;
import io.tamor.schemas.Sample;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A bounded learner whose whole process is killed, job manager and all, and that is started again
 * from its last checkpoint by hand: it ends, and has published what one does that nobody killed.
 * Minutes long, so it runs on demand: {@code -Dtest.excluded=}.
 */
@Tag("on-demand")
final class LearnerProcessKillITCase {
    private static final int SAMPLES = 1200;
    private static final int KILLS = 2;

    /** A run has about 18 checkpoints. */
    private static final int MOST_CHECKPOINTS_BETWEEN = 6;

    private static final long LONGEST_RUN_MINUTES = 4;

    @TempDir static Path folder;
    private static TestingKafkaBroker broker;
    private static LearnerRun.Outcome undisturbed;

    @BeforeAll
    static void runUndisturbed() throws Exception {
        broker = new TestingKafkaBroker(folder.resolve("broker"));
        List<Sample> samples = LearnerRun.samples(folder, SAMPLES);
        LearnerRun.produce(broker, samples);
        undisturbed = run("alive", new Random(0), 0);
        assertThat(undisturbed.problems()).isEmpty();
        assertThat(undisturbed.manifests()).hasSizeGreaterThan(10);
    }

    @AfterAll
    static void stopBroker() throws Exception {
        broker.close();
    }

    static IntStream seeds() {
        return TestingSeeds.seeds(1);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void aLearnerThatIsKilledTwiceEndsAsOneThatIsNot(int seed) throws Exception {
        LearnerRun.Outcome killed = run("dead-" + seed, new Random(seed), KILLS);
        String which = "seed " + seed;
        assertThat(killed.problems()).as(which).isEmpty();
        assertThat(killed.versions()).as(which).isEqualTo(undisturbed.versions());
        assertThat(killed.userRows()).as(which).isEqualTo(undisturbed.userRows());
        assertThat(killed.windows()).as(which).isEqualTo(undisturbed.windows());
        assertThat(killed.totals()).as(which).isEqualTo(undisturbed.totals());
    }

    private static LearnerRun.Outcome run(String name, Random random, int kills) throws Exception {
        Path own = folder.resolve(name);
        LearnerProcess learner =
                new LearnerProcess(own, LearnerRun.yaml(own, name, broker.bootstrap(), 1000));
        return new LearnerRun(
                        broker,
                        LearnerRun.deployment(own, name, broker.bootstrap(), 1000),
                        TestingFaults.none(name),
                        0)
                .run(() -> live(learner, random, kills));
    }

    private static void live(LearnerProcess learner, Random random, int kills) throws Exception {
        for (int i = 0; i < kills; i++) {
            int until = learner.checkpoint() + 1 + random.nextInt(MOST_CHECKPOINTS_BETWEEN);
            int looks = random.nextInt(20);
            Process process = learner.start();
            try {
                while (learner.checkpoint() < until || looks-- > 0) {
                    boolean ended = process.waitFor(1, TimeUnit.MILLISECONDS);
                    assertThat(ended)
                            .as("ended by itself: %s", ended ? learner.output() : "")
                            .isFalse();
                }
            } finally {
                process.destroyForcibly().waitFor();
            }
        }
        Process process = learner.start();
        try {
            boolean ended = process.waitFor(LONGEST_RUN_MINUTES, TimeUnit.MINUTES);
            assertThat(ended && process.exitValue() == 0).as(learner.output()).isTrue();
        } finally {
            process.destroyForcibly().waitFor();
        }
    }
}
