package io.tamor.jobs.learner;

import static org.assertj.core.api.Assertions.assertThat;

import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.learner.logic.ReplicaState;
import io.tamor.jobs.learner.logic.TestingSamples;
import io.tamor.jobs.learner.logic.TestingStream;
import io.tamor.jobs.snapshot.SnapshotDecision;
import io.tamor.schemas.Sample;
import io.tamor.schemas.UserBiasRow;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What poison does to learners side by side: what it does to one alone. */
class PoisonedReplicasTest {
    private static final int DAYS = 10;
    private static final int A_CHECKPOINT = 20;
    private static final String STRICT =
            "gate: {horizon: 2 d, trial: 2 d, min_labels: 30, auc_drop: 0.1, loss_rise: 0.3,"
                    + " calibration: 1.6, normalized_entropy: 1.2}";

    /** Without absolute bounds: only the comparison with other versions is left. */
    private static final String RELATIVE =
            "gate: {horizon: 2 d, trial: 2 d, min_labels: 30, auc_drop: 0.1, loss_rise: 0.3,"
                    + " auc_shock: 1, calibration: 100, normalized_entropy: 100}";

    @TempDir Path folder;

    private Deployment deployment(int parallelism, String gate) {
        return TestingSamples.deployment(
                folder,
                yaml ->
                        yaml.replaceAll("\\bgate: \\{[^}]*}", gate)
                                .replace(
                                        "learner: {batch: 64,",
                                        "learner: {parallelism: "
                                                + parallelism
                                                + ", merge: {every: 1 h}, batch: 8,")
                                .replace("learning_rate: 0.001", "learning_rate: 0.01"));
    }

    /** The rows that readers know when the learners have told those of each version. */
    private final Map<Long, Map<String, ByteBuffer>> rowsOf = new TreeMap<>();

    /** A checkpoint about every hour of event time; the last state is returned. */
    private TestingLearners.State feed(TestingLearners learners, List<Sample> samples)
            throws Exception {
        int taken = 0;
        TestingLearners.State state = null;
        for (Sample sample : samples) {
            learners.take(sample);
            learners.watermark(sample.getMaturedAtMs() - 1);
            if (++taken % A_CHECKPOINT == 0) {
                state = learners.checkpoint();
                learners.complete();
                rowsOf.put(learners.versions().served(), rows(learners));
            }
        }
        return state;
    }

    private static Map<String, ByteBuffer> rows(TestingLearners learners) {
        Map<String, ByteBuffer> rows = new TreeMap<>();
        for (UserBiasRow row : learners.userRows.values()) {
            rows.put(row.getUserId(), row.getValues());
        }
        return rows;
    }

    private static List<Sample> flipped(Deployment deployment, int from, int to) {
        return TestingStream.of(
                deployment, DAYS, 2, m -> true, m -> m.day() >= from && m.day() <= to);
    }

    @Test
    void withoutPoisonEveryVersionIsPublished() throws Exception {
        Deployment deployment = deployment(2, STRICT);
        try (TestingLearners learners = new TestingLearners(deployment)) {
            feed(learners, TestingStream.of(deployment, DAYS, 1, m -> true, m -> false));
            learners.end();
            assertThat(learners.candidates)
                    .hasSizeGreaterThan(8)
                    .allMatch(candidate -> candidate.decision == SnapshotDecision.PUBLISH);
            assertThat(learners.lastSnapshot().manifest().gate().slices()).isNotEmpty();
            assertThat(learners.versions().auc(deployment, learners.versions().served()))
                    .isGreaterThan(0.7);
        }
    }

    @Test
    void afterARescaleNobodyIsComparedWithALiveVersionThatItDoesNotHaveYet() throws Exception {
        Deployment two = deployment(2, STRICT);
        List<Sample> samples = TestingStream.of(two, DAYS, 1, m -> true, m -> false);
        int half = samples.size() / 2;
        TestingLearners.State state;
        long live;
        try (TestingLearners learners = new TestingLearners(two)) {
            state = feed(learners, samples.subList(0, half));
            live = learners.versions().served();
        }
        try (TestingLearners learners =
                new TestingLearners(deployment(4, STRICT), "rescaled", state)) {
            Set<Long> compared = new HashSet<>();
            for (int i = 0; i < 4; i++) {
                ReplicaState replica = learners.replica(i);
                boolean has = replica.shadows().live() != null;
                long liveVersion = replica.report(false, false, Map.of()).liveVersion();
                assertThat(liveVersion).isEqualTo(has ? live : 0);
                compared.add(liveVersion);
            }
            assertThat(compared).containsExactlyInAnyOrder(0L, live);
        }
        try (TestingLearners learners =
                new TestingLearners(deployment(4, STRICT), "rescaled again", state)) {
            feed(learners, samples.subList(half, samples.size()));
            learners.end();
            assertThat(learners.versions().served()).isGreaterThan(live + 2);
            for (int i = 0; i < 4; i++) {
                assertThat(learners.replica(i).shadows().live()).isNotNull();
            }
        }
    }

    @Test
    void labelFlipsAreNeverServedAndTheLearnersRecover() throws Exception {
        Deployment deployment = deployment(2, STRICT);
        try (TestingLearners learners = new TestingLearners(deployment)) {
            feed(learners, flipped(deployment, 4, 5));
            learners.end();
            TestingVersions versions = learners.versions();
            assertThat(versions.days(SnapshotDecision.PUBLISH))
                    .contains(1, 2, 3, 4)
                    .doesNotContain(5, 6)
                    .contains(9);
            assertThat(versions.days(SnapshotDecision.REJECT)).contains(5);
            for (var candidate : learners.candidates) {
                if (candidate.decision == SnapshotDecision.PUBLISH) {
                    assertThat(versions.auc(deployment, candidate.version)).isGreaterThan(0.7);
                } else {
                    assertThat(versions.snapshot(candidate.version).manifest().gate().reasons())
                            .isNotEmpty();
                }
            }
        }
    }

    @Test
    void aVersionThatLearnedFlippedLabelsIsTakenBackWithItsUsersRows() throws Exception {
        Deployment deployment = deployment(2, RELATIVE);
        try (TestingLearners learners = new TestingLearners(deployment)) {
            feed(learners, flipped(deployment, 4, 4));
            TestingVersions versions = learners.versions();
            assertThat(versions.decisions()).contains("PUBLISH 5", "ROLLBACK 4");
            assertThat(versions.auc(deployment, 5)).isLessThan(0.5);
            assertThat(versions.auc(deployment, versions.served())).isGreaterThan(0.7);
            assertThat(learners.serving().rollbacks).isEqualTo(1);
        }
    }

    @Test
    void aRollbackGivesEveryUserItsRowAsOfTheGoodVersion() throws Exception {
        Deployment deployment = deployment(2, RELATIVE);
        List<Sample> samples = flipped(deployment, 4, 4);
        try (TestingLearners learners = new TestingLearners(deployment)) {
            int taken = 0;
            while (!learners.versions().decisions().contains("PUBLISH 5")) {
                feed(learners, samples.subList(taken, taken + A_CHECKPOINT));
                taken += A_CHECKPOINT;
            }
            Map<String, ByteBuffer> good = rowsOf.get(4L);
            feed(learners, samples.subList(taken, taken + 3 * A_CHECKPOINT));
            taken += 3 * A_CHECKPOINT;
            assertThat(rows(learners)).hasSameSizeAs(good).isNotEqualTo(good);
            while (!learners.versions().decisions().contains("ROLLBACK 4")) {
                feed(learners, samples.subList(taken, taken + A_CHECKPOINT));
                taken += A_CHECKPOINT;
            }
            learners.checkpoint(); // with what the learners told when they heard of it
            assertThat(rows(learners)).isEqualTo(good);
        }
    }

    @Test
    void learnersWhoseLossRunsAwayGoBackToTheLiveVersionTogether() throws Exception {
        Deployment deployment =
                deployment(
                        2, STRICT.replace("}", ", divergence_factor: 1.2, divergence_steps: 5}"));
        try (TestingLearners learners = new TestingLearners(deployment)) {
            feed(learners, flipped(deployment, 4, 4));
            assertThat(learners.serving().returns).isPositive();
            assertThat(learners.versions().auc(deployment, learners.versions().served()))
                    .isGreaterThan(0.7);
        }
    }

    @Test
    void whatRanAwayAtTheEndIsToldToNobody() throws Exception {
        Deployment deployment =
                deployment(
                        2, STRICT.replace("}", ", divergence_factor: 1.2, divergence_steps: 5}"));
        List<Sample> samples = flipped(deployment, 4, 4);
        int clean = 4 * TestingStream.A_DAY;
        try (TestingLearners learners = new TestingLearners(deployment)) {
            feed(learners, samples.subList(0, clean));
            learners.checkpoint();
            learners.complete();
            learners.checkpoint(); // with the rows of what is live now
            Map<String, ByteBuffer> known = rows(learners);
            int decided = learners.candidates.size();
            for (Sample sample : samples.subList(clean, clean + TestingStream.A_DAY)) {
                learners.take(sample);
            }
            learners.end();
            assertThat(learners.serving().returns).isEqualTo(1);
            assertThat(learners.candidates).hasSize(decided);
            assertThat(rows(learners)).isEqualTo(known);
        }
    }

    @Test
    void rowsOfALastVersionThatIsRejectedStayToBeTold() throws Exception {
        Deployment deployment = deployment(2, STRICT);
        List<Sample> samples = flipped(deployment, 4, 4);
        int clean = 4 * TestingStream.A_DAY;
        try (TestingLearners learners = new TestingLearners(deployment)) {
            feed(learners, samples.subList(0, clean));
            Set<String> late = new TreeSet<>();
            for (Sample sample : samples.subList(clean, clean + TestingStream.A_DAY)) {
                learners.take(sample);
                late.add(sample.getUserId());
            }
            learners.end();
            assertThat(learners.candidates.get(learners.candidates.size() - 1).decision)
                    .isEqualTo(SnapshotDecision.REJECT);
            Set<String> marked = learners.changedRows(0);
            marked.addAll(learners.changedRows(1));
            assertThat(marked).containsAll(late);
        }
    }

    @Test
    void decisionsGoOnAfterARestoreAndARescale() throws Exception {
        List<Sample> samples = flipped(deployment(2, RELATIVE), 4, 4);
        int stop = 4 * TestingStream.A_DAY + TestingStream.A_DAY / 2; // amid the flipped labels
        TestingLearners.State state;
        List<String> before;
        try (TestingLearners learners = new TestingLearners(deployment(2, RELATIVE))) {
            state = feed(learners, samples.subList(0, stop));
            before = learners.versions().decisions();
        }
        for (int parallelism : new int[] {2, 4, 1}) {
            Deployment deployment = deployment(parallelism, RELATIVE);
            try (TestingLearners learners =
                    new TestingLearners(deployment, "run" + parallelism, state)) {
                feed(learners, samples.subList(stop, samples.size()));
                learners.end();
                TestingVersions versions = learners.versions();
                assertThat(before).contains("PUBLISH 4");
                assertThat(versions.decisions()).as("" + parallelism).contains("PUBLISH 5");
                assertThat(versions.decisions()).contains("ROLLBACK 4");
                assertThat(versions.auc(deployment, versions.served())).isGreaterThan(0.7);
                assertThat(learners.lastSnapshot().manifest().progress().samples())
                        .isEqualTo(samples.size());
            }
        }
    }
}
