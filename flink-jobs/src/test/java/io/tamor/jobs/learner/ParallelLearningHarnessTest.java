package io.tamor.jobs.learner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.config.MergeOptions;
import io.tamor.jobs.learner.logic.TestingSamples;
import io.tamor.jobs.snapshot.SnapshotCandidate;
import io.tamor.jobs.training.OfflineTraining;
import io.tamor.jobs.training.TestingSampleFolder;
import io.tamor.jobs.training.TrainedModel;
import io.tamor.model.snapshot.Manifest;
import io.tamor.model.snapshot.Origin;
import io.tamor.model.snapshot.Snapshot;
import io.tamor.schemas.LearnerMetrics;
import io.tamor.schemas.Sample;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.state.hashmap.HashMapStateBackend;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ParallelLearningHarnessTest {
    private static final int SAMPLES = 1000;

    @TempDir Path folder;

    private Deployment deployment(int parallelism) {
        return deployment(parallelism, "every: 1 h");
    }

    private Deployment deployment(int parallelism, String merge) {
        return TestingSamples.deployment(
                folder,
                yaml ->
                        yaml.replace(
                                        "learner: {batch: 64,",
                                        "learner: {parallelism: "
                                                + parallelism
                                                + ", merge: {"
                                                + merge
                                                + "}, batch: 32,")
                                .replace(" gate: {", " gate: {enabled: false, "));
    }

    @Test
    void anotherNumberOfLearnersThanConfiguredIsRefused() throws Exception {
        Deployment four = deployment(4);
        MergeOptions merge = four.learner().merge();
        KeyedOneInputStreamOperatorTestHarness<String, ConsumedSample, LearnerMessage> one =
                new KeyedOneInputStreamOperatorTestHarness<>(
                        new ReplicaLearnerOperator(four, merge, "run"),
                        consumed -> consumed.userId,
                        Types.STRING,
                        four.flink().maxParallelism(),
                        3,
                        0);
        assertThatThrownBy(one::open)
                .hasStackTraceContaining("learner.parallelism is 4, but 3 learners run");
        one.close();
    }

    private List<Sample> samples() {
        return TestingSamples.generate(deployment(1), SAMPLES, 21);
    }

    /** Takes samples with the watermark right behind them. */
    private static void take(TestingLearners learners, List<Sample> samples) throws Exception {
        for (Sample sample : samples) {
            learners.take(sample);
            learners.watermark(sample.getMaturedAtMs() - 1);
        }
    }

    @Test
    void replicasMeetInTheMergedModelOnceItsCheckpointIsComplete() throws Exception {
        List<Sample> samples = samples();
        try (TestingLearners learners = new TestingLearners(deployment(2))) {
            take(learners, samples.subList(0, 100));
            learners.checkpoint(); // tells the base and the time to measure from
            learners.complete();
            take(learners, samples.subList(100, 300));
            learners.checkpoint();
            assertThat(learners.replica(0).replica().unmerged()).isEqualTo(1);
            assertThat(learners.values(0)).isNotEqualTo(learners.values(1));
            learners.complete();
            assertThat(learners.replica(0).replica().round()).isEqualTo(1);
            assertThat(learners.replica(0).replica().unmerged()).isZero();
            assertThat(sameSharedValues(learners)).isTrue();
        }
    }

    @Test
    void aWaveOfLabelsIsTrainedShareByShareWithAMergeBetween() throws Exception {
        List<Sample> samples = samples();
        Deployment paced = deployment(2, "every: 1 h, most_samples: 64");
        String run;
        TestingLearners.State state = null;
        try (TestingLearners learners = new TestingLearners(paced)) {
            run = learners.run();
            take(learners, samples.subList(0, 2));
            learners.checkpoint();
            learners.complete();
            for (Sample sample : samples.subList(2, SAMPLES)) {
                learners.take(sample);
            }
            learners.watermark(Long.MAX_VALUE - 1); // all mature at once
            assertThat(steps(learners)).isBetween(1L, 64L);
            for (int round = 1; round <= 5; round++) {
                state = learners.checkpoint();
                long before = steps(learners);
                learners.watermark(Long.MAX_VALUE - 1);
                assertThat(steps(learners)).as("it rests until it has loaded").isEqualTo(before);
                learners.complete();
                assertThat(steps(learners)).isBetween(before + 1, before + 64 + 32);
                assertThat(learners.replica(0).replica().round()).isEqualTo(round);
                assertThat(distance(learners.base(0), learners.base(1))).isZero();
            }
        }
        // What is due in a restored state is trained once, as much as may be, and then the rest.
        try (TestingLearners learners = new TestingLearners(paced, run, state)) {
            assertThat(steps(learners)).isLessThan(6 * 64);
            learners.watermark(Long.MAX_VALUE - 1);
            learners.end();
            assertWhole(learners, samples);
        }
    }

    @Test
    void aReplicaThatHasLearnedNothingHoldsNobodyUp() throws Exception {
        Deployment two = deployment(2);
        try (TestingLearners learners = new TestingLearners(two)) {
            List<Sample> ofTheFirst =
                    samples().stream().filter(s -> learners.owner(s.getUserId()) == 0).toList();
            take(learners, ofTheFirst.subList(0, 50));
            learners.checkpoint();
            learners.complete();
            take(learners, ofTheFirst.subList(50, 200));
            learners.checkpoint();
            learners.complete();
            assertThat(learners.replica(1).replica().round()).isEqualTo(1);
            // The mean of one increment is that increment.
            assertThat(sameSharedValues(learners)).isTrue();
            learners.end();
            assertThat(learners.lastSnapshot().manifest().progress().samples()).isEqualTo(200);
        }
    }

    @Test
    void whatAFailureTakesBackIsNeverLoadedAndWhatItKeepsIs() throws Exception {
        List<Sample> samples = samples();
        TestingLearners.State state;
        String run;
        try (TestingLearners learners = new TestingLearners(deployment(2))) {
            take(learners, samples.subList(0, 100));
            learners.checkpoint();
            learners.complete();
            take(learners, samples.subList(100, 300));
            state = learners.checkpoint(); // complete, but nobody hears of it
            take(learners, samples.subList(300, 400));
            learners.checkpoint(); // never complete
            run = learners.run();
        }
        try (TestingLearners learners = new TestingLearners(deployment(2), run, state)) {
            assertThat(learners.replica(0).replica().round()).isZero();
            learners.complete();
            assertThat(learners.replica(0).replica().round()).isEqualTo(1);
            assertThat(sameSharedValues(learners)).isTrue();
            take(learners, samples.subList(300, SAMPLES));
            learners.end();
            assertWhole(learners, samples);
        }
    }

    @Test
    void rescalingFromOneToFourToTwoToOneLosesNothing() throws Exception {
        List<Sample> samples = samples();
        Deployment alone = TestingSamples.deployment(folder, 32);
        TestingLearners.State state;
        long version;
        String manifest;
        try (TestingLearner one = new TestingLearner(alone, new HashMapStateBackend())) {
            for (Sample sample : samples.subList(0, 400)) {
                one.take(sample);
                one.watermark(sample.getMaturedAtMs() - 1);
            }
            state = new TestingLearners.State(1, List.of(one.checkpoint()), null);
            version = one.candidates.get(one.candidates.size() - 1).version;
            manifest = one.candidates.get(one.candidates.size() - 1).manifestSha256;
        }
        int from = 400;
        for (int parallelism : new int[] {4, 2, 1}) {
            int half = parallelism == 4 ? 125 : 50;
            try (TestingLearners learners =
                    new TestingLearners(deployment(parallelism), "run" + parallelism, state)) {
                take(learners, samples.subList(from, from + half));
                learners.checkpoint();
                learners.complete();
                take(learners, samples.subList(from + half, from + 2 * half));
                state = learners.checkpoint();
                from += 2 * half;
                assertThat(trained(learners)).isGreaterThan(from - 4 * 32);
                if (parallelism == 4) {
                    Manifest first = snapshot(learners);
                    assertThat(first.version()).isEqualTo(version + 1);
                    assertThat(first.parent().manifestSha256()).isEqualTo(manifest);
                }
            }
        }
        try (TestingLearners learners = new TestingLearners(deployment(2), "last", state)) {
            take(learners, samples.subList(from, SAMPLES));
            learners.end();
            assertWhole(learners, samples);
        }
    }

    @Test
    void versionsNameWhatAllStartedFromThroughRestoresAndRescaling() throws Exception {
        List<Sample> samples = samples();
        Deployment alone = TestingSamples.deployment(folder, 32);
        OfflineTraining training = new OfflineTraining(alone, Long.MIN_VALUE);
        training.run(TestingSampleFolder.write(folder.resolve("samples"), samples, 1));
        Path base = TrainedModel.write(training, alone, folder.resolve("base"));
        String uri = base.toUri().toString();
        Origin origin = TestingSnapshots.origin(base);
        TestingLearners.State ofAlone;
        try (TestingLearner one =
                new TestingLearner(alone.startingFrom(uri), new HashMapStateBackend())) {
            for (Sample sample : samples.subList(0, 100)) {
                one.take(sample);
                one.watermark(sample.getMaturedAtMs() - 1);
            }
            ofAlone = new TestingLearners.State(1, List.of(one.checkpoint()), null);
        }
        for (TestingLearners.State from : Arrays.asList(null, ofAlone)) {
            TestingLearners.State state = from;
            int taken = 100;
            for (int parallelism : new int[] {2, 2, 3}) {
                try (TestingLearners learners =
                        new TestingLearners(
                                deployment(parallelism).startingFrom(uri), "run" + taken, state)) {
                    take(learners, samples.subList(taken, taken + 150));
                    learners.checkpoint();
                    learners.complete();
                    take(learners, samples.subList(taken + 150, taken + 300));
                    state = learners.checkpoint();
                    taken += 300;
                    learners.complete();
                    learners.end();
                    assertThat(learners.candidates).isNotEmpty();
                    for (SnapshotCandidate made : learners.candidates) {
                        Snapshot version = learners.versions().snapshot(made.version);
                        assertThat(version.manifest().startedFrom()).isEqualTo(origin);
                    }
                }
            }
        }
        try (TestingLearners cold = new TestingLearners(deployment(2))) {
            take(cold, samples);
            cold.end();
            assertThat(cold.lastSnapshot().manifest().startedFrom()).isNull();
        }
    }

    private static Manifest snapshot(TestingLearners learners) throws Exception {
        while (learners.candidates.size() > 1) {
            learners.candidates.remove(learners.candidates.size() - 1);
        }
        return learners.lastSnapshot().manifest();
    }

    @Test
    void unmergedProgressOfEveryFormerReplicaIsMergedAfterARescale() throws Exception {
        List<Sample> samples = samples();
        TestingLearners.State state;
        try (TestingLearners learners = new TestingLearners(deployment(4))) {
            take(learners, samples.subList(0, 100));
            learners.checkpoint();
            learners.complete();
            take(learners, samples.subList(100, 300));
            state = learners.checkpoint(); // with a round that nobody has loaded
        }
        byte[] steady = merged(4, state);
        byte[] rescaled = merged(2, state);
        assertThat(distance(rescaled, steady)).isZero();
    }

    /** The model at which replicas meet that go on from a state, without further samples. */
    private byte[] merged(int parallelism, TestingLearners.State state) throws Exception {
        try (TestingLearners learners =
                new TestingLearners(deployment(parallelism), "run" + parallelism, state)) {
            learners.checkpoint();
            learners.complete();
            assertThat(sameSharedValues(learners)).isTrue();
            return learners.values(0);
        }
    }

    @Test
    void aWindowThatTakingUpTwoReplicasClosesIsToldAndStopsNoCheckpoint() throws Exception {
        List<Sample> samples = samples();
        List<LearnerMetrics> told;
        TestingLearners.State state;
        List<Sample> taken;
        try (TestingLearners learners = new TestingLearners(deployment(2))) {
            // The second one has not come to the day at which the first one is.
            taken =
                    samples.stream()
                            .filter(
                                    sample ->
                                            learners.owner(sample.getUserId()) == 0
                                                    || samples.indexOf(sample) < 200)
                            .toList();
            take(learners, taken);
            state = learners.checkpoint();
            told = learners.metrics;
        }
        try (TestingLearners learners = new TestingLearners(deployment(1), "rescaled", state)) {
            learners.checkpoint();
            learners.complete();
            learners.end();
            long labels = taken.stream().filter(s -> s.getMasks().get(0)).count();
            // But for a mini-batch's, which is trained when its window has closed.
            assertThat(inWindows(told) + inWindows(learners.metrics))
                    .isBetween(labels - 16, labels);
        }
    }

    @Test
    void usersKeepTheirRowsWhenACheckpointCompletesAfterTheLastWatermark() throws Exception {
        Deployment paced =
                TestingSamples.deployment(
                        folder,
                        yaml ->
                                yaml.replace(
                                                "learner: {batch: 64, max_delay: 1 h,",
                                                "learner: {parallelism: 2, merge: {every: 1 h,"
                                                        + " most_samples: 64}, batch: 32,"
                                                        + " max_delay: 1 d,")
                                        .replace(" gate: {", " gate: {enabled: false, "));
        try (TestingLearners learners = new TestingLearners(paced)) {
            Set<String> users = new HashSet<>();
            for (int owner = 0; owner < 2; owner++) {
                int its = owner;
                for (Sample sample :
                        samples().stream()
                                .filter(s -> learners.owner(s.getUserId()) == its)
                                .limit(32)
                                .toList()) {
                    learners.take(sample);
                    users.add(sample.getUserId());
                }
            }
            learners.watermark(samples().get(SAMPLES - 1).getMaturedAtMs());
            learners.checkpoint();
            learners.watermark(Long.MAX_VALUE);
            learners.complete();
            learners.end();
            assertThat(learners.userRows.keySet()).isEqualTo(users);
        }
    }

    private static long inWindows(List<LearnerMetrics> metrics) {
        return metrics.stream()
                .filter(m -> !m.getCumulative() && m.getTask().equals("click"))
                .filter(m -> m.getTier().equals("all") && m.getScenario().equals("all"))
                .mapToLong(LearnerMetrics::getCount)
                .sum();
    }

    @Test
    void aLearnerAloneRefusesTheStateOfLearnersSideBySide() throws Exception {
        TestingLearners.State state;
        try (TestingLearners learners = new TestingLearners(deployment(2))) {
            take(learners, samples().subList(0, 50));
            state = learners.checkpoint();
        }
        try (TestingLearner one =
                new TestingLearner(
                        TestingSamples.deployment(folder, 32), new HashMapStateBackend())) {
            assertThatThrownBy(() -> one.restore(state.learners().get(0)))
                    .hasMessageContaining("learner.merge");
        }
    }

    private static long trained(TestingLearners learners) {
        return learners.metrics.stream().mapToLong(m -> m.getSamples()).max().orElse(0);
    }

    private static long steps(TestingLearners learners) throws Exception {
        return learners.replica(0).progress().samples + learners.replica(1).progress().samples;
    }

    private static void assertWhole(TestingLearners learners, List<Sample> samples)
            throws Exception {
        Manifest manifest = learners.lastSnapshot().manifest();
        assertThat(manifest.progress().samples()).isEqualTo(samples.size());
        for (int task = 0; task < samples.get(0).getMasks().size(); task++) {
            int index = task;
            long labels = samples.stream().filter(s -> s.getMasks().get(index)).count();
            assertThat(new ArrayList<>(manifest.progress().matureLabels().values()))
                    .contains(labels);
            String name = manifest.model().tasks().get(task).name();
            assertThat(manifest.progress().matureLabels().get(name)).isEqualTo(labels);
            assertThat(
                            manifest.metrics().stream()
                                    .filter(row -> row.task().equals(name))
                                    .filter(row -> row.tier().equals("all"))
                                    .filter(row -> row.scenario().equals("all"))
                                    .mapToLong(row -> row.count()))
                    .containsExactly(labels);
        }
        Set<String> users = new HashSet<>();
        samples.forEach(sample -> users.add(sample.getUserId()));
        assertThat(users).containsAll(learners.userRows.keySet());
    }

    /** Whether all replicas train from the same parameters; their steps are their own. */
    private static boolean sameSharedValues(TestingLearners learners) throws Exception {
        return distance(learners.values(0), learners.values(1)) == 0;
    }

    /** Bytes that differ behind the number of steps and before the checksum. */
    private static int distance(byte[] one, byte[] other) {
        assertThat(one).hasSameSizeAs(other);
        int differing = 0;
        for (int i = 16; i < one.length - 8; i++) {
            differing += one[i] == other[i] ? 0 : 1;
        }
        return differing;
    }
}
