package io.tamor.jobs.learner;

import static org.assertj.core.api.Assertions.assertThat;

import io.tamor.jobs.io.TestingKafkaBroker;
import io.tamor.jobs.kill.FaultyMap;
import io.tamor.jobs.kill.FaultySink;
import io.tamor.jobs.kill.FaultyStorage;
import io.tamor.jobs.kill.TestingCluster;
import io.tamor.jobs.kill.TestingFaults;
import io.tamor.jobs.kill.TestingSeeds;
import io.tamor.jobs.learner.logic.SampleOrder;
import io.tamor.jobs.snapshot.FaultySnapshotSink;
import io.tamor.model.snapshot.Manifest;
import io.tamor.schemas.Sample;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Map.Entry;
import java.util.stream.IntStream;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.test.junit5.InjectMiniCluster;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The learner on a real broker, killed at random points: afterwards everything it has published is
 * what a run without failures publishes, and nobody ever saw anything else.
 */
final class LearnerKillITCase {
    private static final int SAMPLES = 1200;
    private static final int HANDFUL = 6;

    /** How often a point may be reached before it fails. */
    private static final Map<String, Integer> POINTS =
            Map.ofEntries(
                    Map.entry(FaultyMap.RECORD, SAMPLES / 3),
                    Map.entry(FaultyMap.LOST, SAMPLES / 3),
                    Map.entry(FaultyMap.SNAPSHOT, 4),
                    Map.entry(FaultyMap.COMPLETE, 4),
                    Map.entry(FaultySink.SNAPSHOT, 4),
                    Map.entry(FaultyStorage.WRITTEN, 60),
                    Map.entry(FaultyStorage.LOST, 60),
                    Map.entry(FaultyStorage.CONCLUDED, 4),
                    Map.entry(FaultySnapshotSink.STAGED, 6),
                    Map.entry(FaultySnapshotSink.BARRIER, 4),
                    Map.entry(FaultySnapshotSink.COMPLETE, 3),
                    Map.entry(FaultySnapshotSink.RENAMED, 6),
                    Map.entry(FaultySnapshotSink.ANNOUNCED, 6),
                    Map.entry(FaultySnapshotSink.COMMITTED, 3));

    @RegisterExtension
    static final MiniClusterExtension CLUSTER =
            new MiniClusterExtension(
                    new MiniClusterResourceConfiguration.Builder()
                            .setNumberTaskManagers(1)
                            .setNumberSlotsPerTaskManager(1)
                            .build());

    @TempDir static Path folder;
    private static TestingKafkaBroker broker;
    private static List<Sample> samples;
    private static LearnerRun.Outcome undisturbed;

    @BeforeAll
    static void runUndisturbed(@InjectMiniCluster MiniCluster cluster) throws Exception {
        TestingCluster.use(cluster);
        broker = new TestingKafkaBroker(folder.resolve("broker"));
        samples = LearnerRun.samples(folder, SAMPLES);
        LearnerRun.produce(broker, samples);
        undisturbed = run(TestingFaults.none("undisturbed"), 0, "undisturbed", 1000);
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
    void aKilledRunPublishesWhatTheUndisturbedOneDoes(int seed) throws Exception {
        String name = "killed-" + seed;
        TestingFaults faults = TestingFaults.drawn(name, seed, 1 + seed % 3, POINTS);
        LearnerRun.Outcome killed = run(faults, LearnerRun.toleratedCheckpoints(seed), name, 3);
        String which = "seed " + seed + ", " + faults;
        assertThat(faults.fired()).as(which).isPositive();
        assertThat(killed.problems()).as(which).isEmpty();
        assertThat(killed.versions()).as(which).isEqualTo(undisturbed.versions());
        assertThat(killed.userRows()).as(which).isEqualTo(undisturbed.userRows());
        assertThat(killed.windows()).as(which).isEqualTo(undisturbed.windows());
        assertThat(killed.totals()).as(which).isEqualTo(undisturbed.totals());
        assertThat(killed.manifests().lastKey())
                .as(which)
                .isEqualTo((long) killed.versions().size());
    }

    @Test
    void theUndisturbedVersionsHoldEverySampleOnceInTheOrderOfMaturity() {
        assertThat(undisturbed.problems()).isEmpty();
        assertThat(undisturbed.manifests())
                .hasSizeGreaterThan(10)
                .hasSameSizeAs(undisturbed.versions());
        List<Sample> ordered = samples.stream().sorted(SampleOrder.BY_MATURITY).toList();
        for (Manifest manifest : undisturbed.manifests().values()) {
            List<Sample> trained = ordered.subList(0, (int) manifest.progress().samples());
            Map<String, Long> labels = new HashMap<>();
            List<String> tasks =
                    List.copyOf(manifest.model().tasks().stream().map(t -> t.name()).toList());
            for (Sample sample : trained) {
                for (int t = 0; t < tasks.size(); t++) {
                    labels.merge(tasks.get(t), sample.getMasks().get(t) ? 1L : 0L, Long::sum);
                }
            }
            assertThat(manifest.progress().matureLabels()).isEqualTo(labels);
            assertThat(manifest.progress().watermarkMs())
                    .isEqualTo(trained.get(trained.size() - 1).getMaturedAtMs());
        }
        assertThat(
                        undisturbed
                                .manifests()
                                .get(undisturbed.manifests().lastKey())
                                .progress()
                                .samples())
                .isEqualTo(SAMPLES);
    }

    @Test
    void aUsersOnlySampleIsTrainedInExactlyOneVersion() {
        Map<String, Long> wanted = new HashMap<>();
        List<Sample> ordered = samples.stream().sorted(SampleOrder.BY_MATURITY).toList();
        for (int i = 0; i < ordered.size(); i++) {
            if (ordered.get(i).getUserId().startsWith("only-")) {
                wanted.put(ordered.get(i).getUserId(), versionOf(i));
            }
        }
        Map<String, List<Long>> found = new HashMap<>();
        for (Entry<String, Long> row : undisturbed.userRowVersions()) {
            if (row.getKey().startsWith("only-")) {
                found.computeIfAbsent(row.getKey(), user -> new ArrayList<>()).add(row.getValue());
            }
        }
        assertThat(found).hasSize(SAMPLES / 2).hasSameSizeAs(wanted);
        found.forEach(
                (user, versions) ->
                        assertThat(versions).as(user).containsExactly(wanted.get(user)));
    }

    private static long versionOf(int index) {
        for (Manifest manifest : undisturbed.manifests().values()) {
            if (index < manifest.progress().samples()) {
                return manifest.version();
            }
        }
        throw new AssertionError("sample " + index + " is in no version");
    }

    private static LearnerRun.Outcome run(
            TestingFaults faults, int toleratedCheckpoints, String name, int keep)
            throws Exception {
        return new LearnerRun(
                        broker,
                        LearnerRun.deployment(folder.resolve(name), name, broker.bootstrap(), keep),
                        faults,
                        toleratedCheckpoints)
                .run();
    }
}
