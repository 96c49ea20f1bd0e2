package io.tamor.jobs.learner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.learner.logic.Serving.Published;
import io.tamor.jobs.learner.logic.TestingSamples;
import io.tamor.jobs.snapshot.SnapshotCandidate;
import io.tamor.model.snapshot.Manifest;
import io.tamor.model.snapshot.SnapshotFolder;
import io.tamor.schemas.LearnerMetrics;
import io.tamor.schemas.RejectedRecord;
import io.tamor.schemas.RejectionCause;
import io.tamor.schemas.Sample;
import io.tamor.schemas.wire.FeatureWire;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.StateBackend;
import org.apache.flink.runtime.state.hashmap.HashMapStateBackend;
import org.apache.flink.state.rocksdb.EmbeddedRocksDBStateBackend;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OnlineLearnerOperatorHarnessTest {
    @TempDir Path folder;
    private Deployment deployment;
    private List<Sample> samples;

    @BeforeEach
    void generate() {
        deployment = TestingSamples.deployment(folder, 16);
        samples = TestingSamples.generate(deployment, 700, 11);
    }

    @Test
    void theModelDoesNotDependOnTheOrderOfArrival() throws Exception {
        try (TestingLearner inOrder = new TestingLearner(deployment);
                TestingLearner shuffled = new TestingLearner(deployment)) {
            for (Sample sample : samples) {
                inOrder.take(sample);
                inOrder.watermark(sample.getMaturedAtMs() - 1);
            }
            inOrder.end();
            List<Sample> arriving = new ArrayList<>(samples);
            Collections.shuffle(arriving, new Random(5));
            for (Sample sample : arriving) {
                shuffled.take(sample);
            }
            shuffled.end();
            assertSameOutcome(shuffled, inOrder);
            assertThat(shuffled.candidates).hasSameSizeAs(inOrder.candidates);
        }
    }

    @Test
    void aLearnerRestoredAtRandomPointsEqualsOneThatNeverStopped() throws Exception {
        for (long seed = 1; seed <= 4; seed++) {
            Random random = new Random(seed);
            StateBackend backend =
                    seed == 1 ? new EmbeddedRocksDBStateBackend(false) : new HashMapStateBackend();
            try (TestingLearner steady = new TestingLearner(deployment, backend);
                    TestingLearner restored = new TestingLearner(deployment, backend)) {
                for (int i = 0; i < samples.size(); i++) {
                    boolean stop = random.nextInt(70) == 0;
                    for (TestingLearner learner : List.of(steady, restored)) {
                        learner.take(samples.get(i));
                        if (i % 10 == 9) {
                            learner.watermark(samples.get(i).getMaturedAtMs() - 1_800_000);
                        }
                        if (stop) {
                            OperatorSubtaskState state = learner.checkpoint();
                            if (learner == restored) {
                                learner.restore(state);
                            }
                        }
                    }
                }
                steady.end();
                restored.end();
                assertThat(restored.candidates).as("seed %d", seed).hasSizeGreaterThan(1);
                assertSameOutcome(restored, steady);
                assertThat(restored.metrics).isEqualTo(steady.metrics);
                assertThat(restored.lastSnapshot().manifestSha256())
                        .isEqualTo(steady.lastSnapshot().manifestSha256());
            }
        }
    }

    @Test
    void checkpointsChangeNothingNotEvenTheVersions() throws Exception {
        try (TestingLearner with = new TestingLearner(deployment);
                TestingLearner without = new TestingLearner(deployment)) {
            for (Sample sample : samples) {
                with.take(sample);
                without.take(sample);
                with.watermark(sample.getMaturedAtMs() - 1);
                without.watermark(sample.getMaturedAtMs() - 1);
                if (sample.getMaturedAtMs() % 41 == 0) {
                    with.checkpoint();
                }
            }
            with.end();
            without.end();
            assertThat(hashes(without)).hasSizeGreaterThan(2).isEqualTo(hashes(with));
            assertSameOutcome(with, without);
        }
    }

    @Test
    void aBarrierWaitsForTheVersionThatIsBeingMade() throws Exception {
        try (TestingLearner learner = new TestingLearner(deployment)) {
            int cut = 0;
            for (Sample sample : samples) {
                learner.take(sample);
                learner.watermark(sample.getMaturedAtMs() - 1);
                if (learner.version() > cut) {
                    cut++;
                    OperatorSubtaskState state = learner.checkpoint();
                    assertThat(learner.candidates).hasSize(cut);
                    String hash = learner.lastSnapshot().manifestSha256();
                    learner.restore(state);
                    assertThat(learner.serving().live())
                            .extracting(Published::version, Published::manifestSha256)
                            .containsExactly((long) cut, hash);
                }
            }
            assertThat(cut).isGreaterThan(1);
        }
    }

    @Test
    void stepsThatGoOnBesideWhatComesNextChangeNothing() throws Exception {
        Random random = new Random(3);
        long expiryMs = deployment.learner().userRowTtl().toMillis();
        try (TestingLearner beside =
                        new TestingLearner(deployment, new HashMapStateBackend(), true);
                TestingLearner inTurn =
                        new TestingLearner(deployment, new HashMapStateBackend(), false)) {
            for (int i = 0; i < samples.size(); i++) {
                Sample sample = samples.get(i);
                beside.take(sample);
                inTurn.take(sample);
                int what = random.nextInt(60);
                if (what < 20) {
                    // Towards the end users' rows expire meanwhile.
                    long ahead =
                            i < 500
                                    ? -1
                                    : expiryMs - Duration.ofHours(random.nextInt(3) - 1).toMillis();
                    beside.watermark(sample.getMaturedAtMs() + ahead);
                    inTurn.watermark(sample.getMaturedAtMs() + ahead);
                } else if (what == 20) {
                    beside.restore(beside.checkpoint());
                    inTurn.checkpoint();
                }
            }
            assertThat(beside.timers()).isEqualTo(inTurn.timers());
            beside.end();
            inTurn.end();
            assertThat(hashes(beside)).hasSizeGreaterThan(2).isEqualTo(hashes(inTurn));
            assertThat(beside.rowValues()).isEqualTo(inTurn.rowValues());
            assertThat(beside.metrics).isEqualTo(inTurn.metrics);
        }
    }

    @Test
    void poisonedSamplesAreRefusedAndLeaveTheModelAsItWas() throws Exception {
        float[] poison = new float[deployment.sampleSchema().dense().size()];
        poison[0] = Float.NaN;
        try (TestingLearner clean = new TestingLearner(deployment);
                TestingLearner poisoned = new TestingLearner(deployment)) {
            for (Sample sample : samples) {
                clean.take(sample);
                poisoned.take(sample);
            }
            poisoned.take(
                    Sample.newBuilder(samples.get(3))
                            .setImpressionId("poison")
                            .setDense(FeatureWire.packDense(poison))
                            .build());
            poisoned.take(Sample.newBuilder(samples.get(4)).setFeatureSchema(1).build());
            poisoned.take(Sample.newBuilder(samples.get(5)).setTier("none such").build());
            poisoned.take("u1", new byte[] {1, 2, 3});
            clean.end();
            poisoned.end();
            assertSameOutcome(poisoned, clean);
            assertThat(poisoned.rejected)
                    .extracting(RejectedRecord::getCause)
                    .containsExactly(
                            RejectionCause.POISONED,
                            RejectionCause.WRONG_SCHEMA,
                            RejectionCause.INVALID,
                            RejectionCause.UNDECODABLE);
            assertThat(poisoned.rejected)
                    .extracting(RejectedRecord::getOffset)
                    .containsExactly(700L, 701L, 702L, 703L);
            assertThat(poisoned.rejected)
                    .allMatch(r -> r.getTopic().equals("samples") && r.getPartition() == 0);
        }
    }

    @Test
    void samplesOfOtherLabelSetsAreSkippedAndCounted() throws Exception {
        try (TestingLearner one = new TestingLearner(deployment);
                TestingLearner both = new TestingLearner(deployment)) {
            for (Sample sample : samples) {
                one.take(sample);
                both.take(sample);
                both.take(Sample.newBuilder(sample).setLabelSet("other").build());
            }
            one.end();
            both.end();
            assertThat(both.skippedSamples()).isEqualTo(samples.size());
            assertThat(both.rejected).isEmpty();
            assertSameOutcome(both, one);
        }
    }

    @Test
    void everyLabelIsCountedOnceInTheWindowsAndInTheTotal() throws Exception {
        try (TestingLearner learner = new TestingLearner(deployment)) {
            for (Sample sample : samples) {
                learner.take(sample);
            }
            learner.end();
            long labels = samples.stream().filter(s -> s.getMasks().get(0)).count();
            assertThat(total(learner, true)).isEqualTo(labels);
            assertThat(total(learner, false)).isEqualTo(labels);
            assertThat(learner.metrics).noneMatch(m -> m.getFromMs() >= m.getToMs());
        }
    }

    private static long total(TestingLearner learner, boolean cumulative) {
        return learner.metrics.stream()
                .filter(m -> m.getCumulative() == cumulative)
                .filter(m -> m.getTask().equals("click"))
                .filter(m -> m.getTier().equals("all") && m.getScenario().equals("all"))
                .mapToLong(LearnerMetrics::getCount)
                .sum();
    }

    @Test
    void aSampleBehindTheWatermarkIsTrainedAndCountedAndKeepsItsPlaceInARestoredBatch()
            throws Exception {
        try (TestingLearner steady = new TestingLearner(deployment);
                TestingLearner restored = new TestingLearner(deployment)) {
            for (TestingLearner learner : List.of(steady, restored)) {
                learner.take(samples.get(2));
                learner.take(samples.get(3));
                learner.watermark(samples.get(3).getMaturedAtMs());
                learner.take(samples.get(0));
                OperatorSubtaskState state = learner.checkpoint();
                if (learner == restored) {
                    learner.restore(state);
                }
                learner.take(samples.get(1));
                learner.end();
                assertThat(learner.lateSamples()).isEqualTo(2);
                assertThat(learner.lastSnapshot().manifest().progress().samples()).isEqualTo(4);
            }
            assertThat(restored.lastSnapshot().manifestSha256())
                    .isEqualTo(steady.lastSnapshot().manifestSha256());
        }
    }

    @Test
    void versionsRiseAboveWhatTheDirectoryHolds() throws Exception {
        Path published = Path.of(URI.create(deployment.snapshots().directory()));
        Files.createDirectories(published.resolve("v00000041"));
        try (TestingLearner learner = new TestingLearner(deployment)) {
            for (Sample sample : samples) {
                learner.take(sample);
            }
            learner.end();
            assertThat(learner.candidates.get(0).version).isEqualTo(42);
            assertThat(learner.candidates.get(0).parentVersion).isZero();
        }
    }

    @Test
    void fromAnOlderStateThanTheDirectoryTheNextVersionIsFull() throws Exception {
        Path published = Path.of(URI.create(deployment.snapshots().directory()));
        deployment = with("every: 1 d, keep: 5,", "every: 6 h, keep: 5, full_every: 100,");
        try (TestingLearner learner = new TestingLearner(deployment)) {
            OperatorSubtaskState old = learn(learner, 0, 300);
            assertThat(learner.lastSnapshot().manifest().delta()).isTrue();
            long known = learner.version();
            Files.createDirectories(published.resolve(SnapshotFolder.name(known + 5)));
            learner.restore(old);
            learner.candidates.clear();
            for (Sample sample : samples.subList(300, samples.size())) {
                learner.take(sample);
            }
            learner.end();
            assertThat(learner.candidates).hasSizeGreaterThan(1);
            for (SnapshotCandidate candidate : learner.candidates) {
                Manifest manifest = learner.snapshot(candidate.version).manifest();
                boolean first = candidate.version == known + 6;
                assertThat(manifest.delta()).isEqualTo(!first);
            }
        }
    }

    @Test
    void itIsFullEvenAfterVersionsThatTheGateRejects() throws Exception {
        Path published = Path.of(URI.create(deployment.snapshots().directory()));
        deployment = with("every: 1 d, keep: 5,", "every: 6 h, keep: 5, full_every: 100,");
        Deployment strict =
                TestingSamples.deployment(
                        folder,
                        yaml ->
                                yaml.replace("batch: 64", "batch: 16")
                                        .replace("every: 1 d,", "every: 6 h, full_every: 100,")
                                        .replace("entropy: 100", "entropy: 0.01"));
        try (TestingLearner learner = new TestingLearner(deployment)) {
            OperatorSubtaskState old = learn(learner, 0, 300);
            Files.createDirectories(published.resolve(SnapshotFolder.name(learner.version() + 5)));
            learner.restore(old, strict);
            learner.candidates.clear();
            OperatorSubtaskState rejected = learn(learner, 300, 500);
            assertThat(learner.decisions())
                    .isNotEmpty()
                    .allMatch(decision -> decision.startsWith("REJECT"));
            learner.restore(rejected, deployment);
            learner.candidates.clear();
            learn(learner, 500, 700);
            long first = learner.candidates.get(0).version;
            assertThat(learner.decisions()).startsWith("PUBLISH " + first);
            assertThat(learner.snapshot(first).manifest().delta()).isFalse();
        }
    }

    private OperatorSubtaskState learn(TestingLearner learner, int from, int to) throws Exception {
        for (Sample sample : samples.subList(from, to)) {
            learner.take(sample);
        }
        learner.watermark(samples.get(to - 1).getMaturedAtMs());
        return learner.checkpoint();
    }

    private Deployment with(String text, String replacement) {
        return TestingSamples.deployment(
                folder, yaml -> yaml.replace("batch: 64", "batch: 16").replace(text, replacement));
    }

    @Test
    void rowsExpireByTheSamplesTimesWhateverWatermarksThereAre() throws Exception {
        // Users come back after a day or so.
        deployment = with("user_row_ttl: 90 d", "user_row_ttl: 6 h");
        try (TestingLearner often = new TestingLearner(deployment);
                TestingLearner seldom = new TestingLearner(deployment)) {
            for (int i = 0; i < samples.size(); i++) {
                long maturedMs = samples.get(i).getMaturedAtMs();
                often.watermark(maturedMs - Duration.ofMinutes(2).toMillis());
                often.take(samples.get(i));
                often.watermark(maturedMs - 1);
                seldom.take(samples.get(i));
                if (i % 37 == 0) {
                    seldom.watermark(maturedMs - 1);
                }
            }
            often.end();
            seldom.end();
            assertThat(hashes(often)).hasSizeGreaterThan(2).isEqualTo(hashes(seldom));
            assertThat(often.userRows).isEqualTo(seldom.userRows);
            assertThat(often.userRows).hasSizeLessThan(100);
        }
    }

    @Test
    void aRowThatExpiredIsTakenFromReadersThoughItsUserIsBackAndNotAdmittedYet() throws Exception {
        deployment =
                TestingSamples.deployment(
                        folder,
                        yaml ->
                                yaml.replace("batch: 64", "batch: 16, admit_after: 2")
                                        .replace(" gate: {", " gate: {enabled: false, "));
        long ttlMs = deployment.learner().userRowTtl().toMillis();
        String user = samples.get(0).getUserId();
        try (TestingLearner learner = new TestingLearner(deployment)) {
            for (int i = 0; i < 32; i++) {
                learner.take(renamed(samples.get(i), i < 2 ? user : "other", 0));
            }
            learner.watermark(samples.get(31).getMaturedAtMs());
            learner.take(renamed(samples.get(32), "other", Duration.ofDays(2).toMillis()));
            learner.take(renamed(samples.get(33), "other", Duration.ofDays(4).toMillis()));
            learner.watermark(samples.get(33).getMaturedAtMs() + Duration.ofDays(4).toMillis());
            learner.checkpoint();
            assertThat(learner.userRows).containsKey(user);
            learner.take(renamed(samples.get(34), user, ttlMs));
            learner.end();
            assertThat(learner.userRows).doesNotContainKey(user);
        }
    }

    private static Sample renamed(Sample sample, String user, long laterMs) {
        return Sample.newBuilder(sample)
                .setUserId(user)
                .setMaturedAtMs(sample.getMaturedAtMs() + laterMs)
                .build();
    }

    @Test
    void aUserWithoutSamplesIsForgottenAfterItsTimeToLive() throws Exception {
        Sample first = samples.get(0);
        long ttlMs = deployment.learner().userRowTtl().toMillis();
        try (TestingLearner learner = new TestingLearner(deployment)) {
            learner.take(first);
            for (int i = 0; i < 40; i++) {
                learner.take(
                        Sample.newBuilder(samples.get(1))
                                .setUserId("other" + i % 3)
                                .setImpressionId("later" + i)
                                .setMaturedAtMs(
                                        first.getMaturedAtMs() + Duration.ofDays(1 + i).toMillis())
                                .build());
            }
            learner.watermark(first.getMaturedAtMs() + Duration.ofDays(30).toMillis());
            learner.checkpoint();
            assertThat(learner.userRows).containsKey(first.getUserId());
            assertThat(learner.timers()).isEqualTo(4);
            learner.watermark(first.getMaturedAtMs() + Duration.ofDays(60).toMillis() + ttlMs);
            learner.take(
                    Sample.newBuilder(samples.get(1))
                            .setUserId("other0")
                            .setImpressionId("much later")
                            .setMaturedAtMs(
                                    first.getMaturedAtMs() + Duration.ofDays(61).toMillis() + ttlMs)
                            .build());
            learner.end();
            assertThat(learner.userRows.keySet()).isEqualTo(Set.of("other0"));
            assertThat(learner.timers()).isEqualTo(1);
        }
    }

    @Test
    void aLearnerAtAnotherParallelismRefusesToStart() {
        assertThatThrownBy(() -> TestingLearner.atParallelism(deployment, 2))
                .hasMessageContaining("parallelism 1, was set to 2");
    }

    private void assertSameOutcome(TestingLearner found, TestingLearner wanted) throws Exception {
        assertThat(TestingSnapshots.values(found.lastSnapshot()))
                .isEqualTo(TestingSnapshots.values(wanted.lastSnapshot()));
        assertThat(found.rowValues()).isEqualTo(wanted.rowValues());
        Set<String> users = new HashSet<>();
        samples.forEach(sample -> users.add(sample.getUserId()));
        assertThat(found.userRows.keySet()).isEqualTo(users);
        assertThat(cumulative(found)).isEqualTo(cumulative(wanted));
    }

    private static List<String> hashes(TestingLearner learner) {
        return learner.candidates.stream().map(c -> c.version + " " + c.manifestSha256).toList();
    }

    private static List<LearnerMetrics> cumulative(TestingLearner learner) {
        List<LearnerMetrics> all =
                learner.metrics.stream().filter(LearnerMetrics::getCumulative).toList();
        long last = all.get(all.size() - 1).getSamples();
        return all.stream().filter(m -> m.getSamples() == last).toList();
    }
}
