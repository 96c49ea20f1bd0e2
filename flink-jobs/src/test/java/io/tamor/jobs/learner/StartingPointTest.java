package io.tamor.jobs.learner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.learner.logic.TestingSamples;
import io.tamor.jobs.snapshot.SnapshotCandidate;
import io.tamor.jobs.training.OfflineTraining;
import io.tamor.jobs.training.SampleFolder;
import io.tamor.jobs.training.TestingSampleFolder;
import io.tamor.jobs.training.TrainedModel;
import io.tamor.model.snapshot.LocalSnapshotStore;
import io.tamor.model.snapshot.Manifest;
import io.tamor.model.snapshot.Origin;
import io.tamor.model.snapshot.SnapshotFolder;
import io.tamor.schemas.Sample;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StartingPointTest {
    private static final String TTL = "user_row_ttl: 90 d";
    private static final String RESPONSIVE =
            TTL
                    + ", admit_after: 2, drift: {confidence: 0.5, learning_rate_factor: 2.0,"
                    + " reset_accumulators: true, lasts: 2 h}";

    @TempDir Path folder;
    private Deployment plain;
    private List<Sample> before;
    private List<Sample> after;
    private String base;

    @BeforeEach
    void trainABase() throws Exception {
        plain = TestingSamples.deployment(folder, 16);
        List<Sample> samples = TestingSamples.generate(plain, 900, 11);
        before = samples.subList(0, 400);
        after = samples.subList(400, 900);
        OfflineTraining training = new OfflineTraining(plain, Long.MIN_VALUE);
        training.run(TestingSampleFolder.write(folder.resolve("before"), before, 2));
        base = TrainedModel.write(training, plain, folder.resolve("base")).toUri().toString();
    }

    @Test
    void theJobAndOfflineTrainingGoOnFromASnapshotToTheSameModel() throws Exception {
        Deployment warm = plain.startingFrom(base);
        try (TestingLearner job = new TestingLearner(warm);
                TestingLearner cold = new TestingLearner(plain)) {
            for (Sample sample : after) {
                job.take(sample);
                cold.take(sample);
            }
            job.end();
            cold.end();
            OfflineTraining training = new OfflineTraining(warm, Long.MIN_VALUE);
            training.run(TestingSampleFolder.write(folder.resolve("after"), after, 2));
            assertThat(training.trainer().snapshotParameters())
                    .isEqualTo(job.lastSnapshot().parameters())
                    .isNotEqualTo(cold.lastSnapshot().parameters());
            assertThat(job.lastSnapshot().manifest().startedFrom())
                    .isEqualTo(training.startedFrom())
                    .isEqualTo(origin(base));
            assertThat(cold.lastSnapshot().manifest().startedFrom()).isNull();
        }
    }

    @Test
    void everyVersionNamesWhatItWasTrainedFromUntilARebaseReplacesIt() throws Exception {
        OfflineTraining further = new OfflineTraining(plain.startingFrom(base), Long.MIN_VALUE);
        further.run(TestingSampleFolder.write(folder.resolve("further"), after, 1));
        Path other = TrainedModel.write(further, plain, folder.resolve("base"));
        Manifest trained = new SnapshotFolder(new LocalSnapshotStore(other)).manifest();
        assertThat(trained.version()).isEqualTo(2);
        assertThat(trained.startedFrom()).isEqualTo(origin(base));
        Deployment often = TestingSamples.deployment(folder, "every: 1 d", "every: 6 h");
        Deployment rebased = often.startingFrom(other.toUri().toString());
        try (TestingLearner job = new TestingLearner(often)) {
            assertThat(origins(job, before.subList(0, 200))).containsOnlyNulls();
            job.restore(job.checkpoint(), often.startingFrom(base));
            assertThat(origins(job, before.subList(200, 400))).containsOnly(origin(base));
            job.restore(job.checkpoint());
            assertThat(origins(job, after.subList(0, 200))).containsOnly(origin(base));
            job.restore(job.checkpoint(), rebased);
            assertThat(origins(job, after.subList(200, 400))).containsOnly(origin(rebased));
            // Not configured any more, which is no reason to forget it.
            job.restore(job.checkpoint(), often);
            assertThat(origins(job, after.subList(400, 500))).containsOnly(origin(rebased));
            Manifest last = job.lastSnapshot().manifest();
            assertThat(last.parent().version()).isEqualTo(last.version() - 1);
        }
    }

    /** What the versions say they started from that are made of samples; at least one is. */
    private static List<Origin> origins(TestingLearner learner, List<Sample> samples)
            throws Exception {
        int known = learner.candidates.size();
        for (Sample sample : samples) {
            learner.take(sample);
            learner.watermark(sample.getMaturedAtMs() - 1);
        }
        learner.checkpoint();
        List<Origin> origins = new ArrayList<>();
        for (SnapshotCandidate made :
                learner.candidates.subList(known, learner.candidates.size())) {
            origins.add(learner.snapshot(made.version).manifest().startedFrom());
        }
        assertThat(origins).isNotEmpty();
        return origins;
    }

    private static Origin origin(Deployment deployment) throws IOException {
        return origin(deployment.learner().startFrom());
    }

    private static Origin origin(String uri) throws IOException {
        return TestingSnapshots.origin(Path.of(URI.create(uri)));
    }

    @Test
    void aReplayFromATimeGivesTheModelOfTheSamplesSince() throws Exception {
        Instant time = Instant.ofEpochMilli(after.get(0).getMaturedAtMs() / 1000 * 1000 + 1000);
        Deployment fromTime =
                TestingSamples.deployment(folder, TTL, TTL + ", start_at: \"" + time + "\"");
        List<Sample> since =
                after.stream().filter(s -> s.getMaturedAtMs() >= time.toEpochMilli()).toList();
        OfflineTraining replayed = new OfflineTraining(fromTime, Long.MIN_VALUE);
        replayed.run(TestingSampleFolder.write(folder.resolve("all"), all(), 2));
        try (TestingLearner job = new TestingLearner(fromTime)) {
            for (Sample sample : since) {
                job.take(sample);
            }
            job.end();
            assertThat(replayed.trainer().snapshotParameters())
                    .isEqualTo(job.lastSnapshot().parameters());
        }
        assertThat(replayed.progress().samples).isEqualTo(since.size());
    }

    @Test
    void aRestoreTakesAnotherSnapshotOverOnceAndKeepsTheRest() throws Exception {
        Deployment rebased = plain.startingFrom(base);
        try (TestingLearner kept = new TestingLearner(plain);
                TestingLearner once = new TestingLearner(plain);
                TestingLearner twice = new TestingLearner(plain)) {
            for (TestingLearner learner : List.of(kept, once, twice)) {
                for (Sample sample : before) {
                    learner.take(sample);
                    learner.watermark(sample.getMaturedAtMs() - 1);
                }
                OperatorSubtaskState savepoint = learner.checkpoint();
                learner.restore(savepoint, learner == kept ? plain : rebased);
            }
            for (int i = 0; i < after.size(); i++) {
                Sample sample = after.get(i);
                for (TestingLearner learner : List.of(kept, once, twice)) {
                    learner.take(sample);
                    learner.watermark(sample.getMaturedAtMs() - 1);
                }
                if (i == 250) {
                    // What was taken over is not looked at again, even if it is gone.
                    delete(Path.of(URI.create(base)));
                    twice.restore(twice.checkpoint());
                }
            }
            for (TestingLearner learner : List.of(kept, once, twice)) {
                learner.end();
                assertThat(learner.samples()).isEqualTo(before.size() + after.size());
            }
            assertThat(twice.lastSnapshot().parameters())
                    .isEqualTo(once.lastSnapshot().parameters())
                    .isNotEqualTo(kept.lastSnapshot().parameters());
            assertThat(twice.rowValues()).isEqualTo(once.rowValues());
            assertThat(once.rowValues().keySet()).isEqualTo(kept.rowValues().keySet());
        }
    }

    @Test
    void aSnapshotOfAnotherModelIsRefusedWithTheFirstDifference() {
        Deployment wider =
                TestingSamples.deployment(folder, "expert: [16, 8]", "expert: [16, 12]")
                        .startingFrom(base);
        assertThatThrownBy(() -> new OfflineTraining(wider, Long.MIN_VALUE))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("network.ple.expert[1]: wanted 12, found 8");
    }

    @Test
    void aSnapshotTrainedOnOtherFeaturesIsRefused() {
        Deployment other =
                TestingSamples.deployment(folder, "transform: log1p", "transform: none")
                        .startingFrom(base);
        assertThatThrownBy(() -> new OfflineTraining(other, Long.MIN_VALUE))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("feature schema: wanted ");
    }

    @Test
    void aSnapshotThatIsDamagedIsRefused() throws Exception {
        Path parameters = Path.of(URI.create(base)).resolve("model.safetensors");
        byte[] bytes = Files.readAllBytes(parameters);
        bytes[bytes.length / 2] ^= 1;
        Files.write(parameters, bytes);
        Deployment warm = plain.startingFrom(base);
        assertThatThrownBy(() -> new OfflineTraining(warm, Long.MIN_VALUE))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("hash");
    }

    @Test
    void admissionAndDriftGoOnBitForBitAfterARestore() throws Exception {
        Deployment responsive = TestingSamples.deployment(folder, TTL, RESPONSIVE);
        OfflineTraining training = new OfflineTraining(responsive, Long.MIN_VALUE);
        SampleFolder files = TestingSampleFolder.write(folder.resolve("all"), drifting(), 2);
        training.run(files);
        assertThat(training.drift().alarms().total()).isPositive();
        assertThat(training.userRows().values()).anyMatch(row -> !row.admitted());
        try (TestingLearner job = new TestingLearner(responsive)) {
            int taken = 0;
            for (Sample sample : drifting()) {
                job.take(sample);
                job.watermark(sample.getMaturedAtMs() - 1);
                if (++taken % 130 == 0) {
                    job.restore(job.checkpoint());
                }
            }
            job.end();
            assertThat(job.lastSnapshot().parameters())
                    .isEqualTo(training.trainer().snapshotParameters());
            assertThat(job.userRows.keySet())
                    .containsExactlyInAnyOrderElementsOf(
                            training.userRows().entrySet().stream()
                                    .filter(row -> row.getValue().admitted())
                                    .map(row -> row.getKey())
                                    .toList());
        }
    }

    private List<Sample> all() {
        List<Sample> all = new ArrayList<>(before);
        all.addAll(after);
        return all;
    }

    /** All samples, but every label of the later ones is positive. */
    private List<Sample> drifting() {
        List<Sample> all = new ArrayList<>(before);
        for (Sample sample : after) {
            all.add(
                    Sample.newBuilder(sample)
                            .setLabels(Collections.nCopies(sample.getLabels().size(), 1f))
                            .build());
        }
        return all;
    }

    private static void delete(Path version) throws IOException {
        if (Files.exists(version)) {
            try (var files = Files.list(version)) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
            Files.delete(version);
        }
    }
}
