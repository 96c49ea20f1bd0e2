package io.tamor.jobs.learner;

import static org.assertj.core.api.Assertions.assertThat;

import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.config.DeploymentReader;
import io.tamor.jobs.io.TestingKafkaBroker;
import io.tamor.jobs.kill.FaultyMap;
import io.tamor.jobs.kill.FaultySink;
import io.tamor.jobs.kill.FaultyStorage;
import io.tamor.jobs.kill.TestingCluster;
import io.tamor.jobs.kill.TestingFaults;
import io.tamor.jobs.kill.TestingSeeds;
import io.tamor.jobs.snapshot.FaultySnapshotSink;
import io.tamor.model.snapshot.Manifest;
import io.tamor.schemas.Sample;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.test.junit5.InjectMiniCluster;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Learners side by side, killed at random points, the merger's among them: which model they make
 * depends on when they load, but every sample is learned once, and nobody sees anything torn.
 */
final class ParallelLearningKillITCase {
    private static final int SAMPLES = 1200;
    private static final int HANDFUL = 2;

    /** How often a point may be reached before it fails; the snapshot sink is the merger's task. */
    private static final Map<String, Integer> POINTS =
            Map.ofEntries(
                    Map.entry(FaultyMap.RECORD, SAMPLES / 3),
                    Map.entry(FaultyMap.LOST, SAMPLES / 3),
                    Map.entry(FaultyMap.COMPLETE, 4),
                    Map.entry(FaultySink.SNAPSHOT, 4),
                    Map.entry(FaultyStorage.WRITTEN, 60),
                    Map.entry(FaultyStorage.LOST, 60),
                    Map.entry(FaultyStorage.CONCLUDED, 4),
                    Map.entry(FaultySnapshotSink.STAGED, 3),
                    Map.entry(FaultySnapshotSink.BARRIER, 4),
                    Map.entry(FaultySnapshotSink.COMPLETE, 2),
                    Map.entry(FaultySnapshotSink.RENAMED, 3),
                    Map.entry(FaultySnapshotSink.ANNOUNCED, 3));

    @RegisterExtension
    static final MiniClusterExtension CLUSTER =
            new MiniClusterExtension(
                    new MiniClusterResourceConfiguration.Builder()
                            .setNumberTaskManagers(1)
                            .setNumberSlotsPerTaskManager(2)
                            .build());

    @TempDir static Path folder;
    private static TestingKafkaBroker broker;
    private static List<Sample> samples;

    @BeforeAll
    static void produce(@InjectMiniCluster MiniCluster cluster) throws Exception {
        TestingCluster.use(cluster);
        broker = new TestingKafkaBroker(folder.resolve("broker"));
        samples = LearnerRun.samples(folder, SAMPLES);
        LearnerRun.produce(broker, samples);
    }

    @AfterAll
    static void stopBroker() throws Exception {
        broker.close();
    }

    static IntStream seeds() {
        return TestingSeeds.seeds(HANDFUL);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void everySampleIsLearnedOnceWhateverIsKilled(int seed) throws Exception {
        String name = "replicas-" + seed;
        TestingFaults faults = TestingFaults.drawn(name, seed, 1 + seed % 3, POINTS);
        LearnerRun.Outcome outcome =
                new LearnerRun(
                                broker,
                                deployment(name, seed % 2 == 0),
                                faults,
                                LearnerRun.toleratedCheckpoints(seed))
                        .run();
        String which = "seed " + seed + ", " + faults;
        assertThat(faults.fired()).as(which).isPositive();
        assertThat(outcome.problems()).as(which).isEmpty();
        Manifest last = outcome.manifests().get(outcome.manifests().lastKey());
        assertThat(last.progress().samples()).as(which).isEqualTo(SAMPLES);
        for (int t = 0; t < last.model().tasks().size(); t++) {
            int task = t;
            assertThat(last.progress().matureLabels().get(last.model().tasks().get(t).name()))
                    .as(which)
                    .isEqualTo(samples.stream().filter(s -> s.getMasks().get(task)).count());
        }
        // Half of the users have one sample only: its row is told once.
        Map<String, Long> told =
                outcome.userRows().stream()
                        .map(row -> row.getUserId())
                        .filter(user -> user.startsWith("only-"))
                        .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
        assertThat(told).as(which).hasSize(SAMPLES / 2);
        assertThat(told.values()).as(which).containsOnly(1L);
    }

    /**
     * @param paced whether so many samples are trained between two merges only
     */
    private static Deployment deployment(String name, boolean paced) {
        return DeploymentReader.parse(
                name,
                LearnerRun.yaml(folder.resolve(name), name, broker.bootstrap(), 1000)
                        .replace(
                                "learner: {batch: 16,",
                                "learner: {parallelism: 2, merge: {every: 1 h"
                                        + (paced ? ", most_samples: 150" : "")
                                        + "}, batch: 16,"));
    }
}
