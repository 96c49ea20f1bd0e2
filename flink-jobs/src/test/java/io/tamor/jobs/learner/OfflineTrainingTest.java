package io.tamor.jobs.learner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.learner.logic.TestingSamples;
import io.tamor.jobs.training.OfflineTraining;
import io.tamor.jobs.training.SampleFolder;
import io.tamor.jobs.training.SampleScoring;
import io.tamor.jobs.training.TestingSampleFolder;
import io.tamor.jobs.training.TrainedModel;
import io.tamor.model.snapshot.LocalSnapshotStore;
import io.tamor.model.snapshot.Snapshot;
import io.tamor.model.snapshot.SnapshotFolder;
import io.tamor.schemas.RejectionCause;
import io.tamor.schemas.Sample;
import io.tamor.schemas.UserBiasRow;
import io.tamor.schemas.file.RecordFileReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OfflineTrainingTest {
    @TempDir Path folder;
    private Deployment deployment;
    private List<Sample> samples;

    @BeforeEach
    void generate() {
        deployment = TestingSamples.deployment(folder, 16);
        samples = TestingSamples.generate(deployment, 700, 11);
    }

    @Test
    void theSameSamplesGiveTheJobsModelRowsAndMetricsBitForBit() throws Exception {
        try (TestingLearner job = new TestingLearner(deployment)) {
            List<Sample> arriving = new ArrayList<>(samples);
            Collections.shuffle(arriving, new Random(5));
            for (Sample sample : arriving) {
                job.take(sample);
            }
            job.end();
            OfflineTraining training = new OfflineTraining(deployment, Long.MIN_VALUE);
            training.run(TestingSampleFolder.write(folder.resolve("s"), samples, 3));
            Path version = TrainedModel.write(training, deployment, folder.resolve("out"));

            Snapshot trained = new SnapshotFolder(new LocalSnapshotStore(version)).load();
            Snapshot learned = job.lastSnapshot();
            assertThat(TestingSnapshots.values(trained))
                    .isEqualTo(TestingSnapshots.values(learned));
            assertThat(trained.manifest().metrics()).isEqualTo(learned.manifest().metrics());
            assertThat(trained.manifest().progress().matureLabels())
                    .isEqualTo(learned.manifest().progress().matureLabels());
            assertThat(rows(folder.resolve("out/user-rows-v00000001.avro")))
                    .isNotEmpty()
                    .isEqualTo(values(job.userRows));
        }
    }

    /** The mini-batch after the last trained one scores as the trainer itself scores it. */
    @Test
    void aVersionScoresSamplesAsItsTrainerDoes() throws Exception {
        List<Sample> ordered = new ArrayList<>(samples);
        ordered.sort(Comparator.comparingLong(Sample::getMaturedAtMs));
        int trained = 672; // whole mini-batches
        long lastMs =
                ordered.get(trained).getMaturedAtMs() + deployment.learner().maxDelay().toMillis();
        List<Sample> next = // no mini-batch is cut for its age
                ordered.subList(trained, trained + 16).stream()
                        .filter(s -> s.getMaturedAtMs() <= lastMs)
                        .toList();
        assertThat(next).hasSizeGreaterThan(1);
        OfflineTraining training = new OfflineTraining(deployment, Long.MIN_VALUE);
        training.run(
                TestingSampleFolder.write(folder.resolve("s"), ordered.subList(0, trained), 1));
        Path version = TrainedModel.write(training, deployment, folder.resolve("out"));
        List<String> scored = new ArrayList<>();
        SampleScoring scoring =
                new SampleScoring(
                        new SnapshotFolder(new LocalSnapshotStore(version)).load(),
                        deployment,
                        (sample, scores, row) ->
                                scored.add(
                                        shown(
                                                task -> scores.prediction(row, task),
                                                scores.tasks())));
        scoring.userRows(folder.resolve("out/user-rows-v00000001.avro"));
        scoring.run(TestingSampleFolder.write(folder.resolve("n"), next, 1));

        long steps = training.progress().steps;
        training.run(new SampleFolder(folder.resolve("n")));
        assertThat(training.progress().steps).as("one mini-batch").isEqualTo(steps + 1);
        List<String> own = new ArrayList<>();
        for (int row = 0; row < next.size(); row++) {
            int at = row;
            own.add(
                    shown(
                            task -> training.trainer().prediction(at, task),
                            training.trainer().spec().tasks().size()));
        }
        // The trainer takes them in order of maturity.
        assertThat(scored).containsExactlyInAnyOrderElementsOf(own);
        assertThat(own).doesNotHaveDuplicates();
    }

    private static String shown(IntFunction<Float> prediction, int tasks) {
        return IntStream.range(0, tasks).mapToObj(prediction).toList().toString();
    }

    @Test
    void aVersionScoresWithItsOwnConfigurationOrALargerBatchAndRefusesOthers() throws Exception {
        OfflineTraining training = new OfflineTraining(deployment, Long.MIN_VALUE);
        SampleFolder files = TestingSampleFolder.write(folder.resolve("s"), samples, 1);
        training.run(files);
        Path version = TrainedModel.write(training, deployment, folder.resolve("out"));
        Snapshot snapshot = new SnapshotFolder(new LocalSnapshotStore(version)).load();
        long[] scored = {0};
        SampleScoring larger =
                new SampleScoring(
                        snapshot,
                        TestingSamples.deployment(folder, 64),
                        (sample, scores, row) -> scored[0]++);
        larger.run(files);
        assertThat(scored[0]).isEqualTo(samples.size());
        List<String> scenarios = new ArrayList<>(deployment.scenarios());
        String others = scenarios.get(1) + ", " + scenarios.get(0);
        Deployment reordered =
                TestingSamples.deployment(
                        folder,
                        yaml ->
                                yaml.replace("batch: 64", "batch: 16")
                                        .replace(
                                                scenarios.get(0) + ", " + scenarios.get(1),
                                                others));
        assertThat(reordered.scenarios()).isNotEqualTo(scenarios);
        assertThatThrownBy(() -> new SampleScoring(snapshot, reordered, (sample, s, row) -> {}))
                .hasMessageContaining("the configuration's model is not the snapshot's")
                .hasMessageContaining("scenarios");
    }

    @Test
    void theNextModelIsTheNextVersion() throws Exception {
        OfflineTraining training = new OfflineTraining(deployment, Long.MIN_VALUE);
        training.run(TestingSampleFolder.write(folder.resolve("s"), samples, 1));
        TrainedModel.write(training, deployment, folder.resolve("out"));
        Path second = TrainedModel.write(training, deployment, folder.resolve("out"));
        assertThat(second).hasFileName("v00000002");
        assertThat(new SnapshotFolder(new LocalSnapshotStore(second)).verify()).isEmpty();
    }

    @Test
    void qualityCanBeginWithALaterImpressionWhileTheModelStaysTheSame() throws Exception {
        long fromMs = samples.get(500).getImpressionTimeMs();
        OfflineTraining all = new OfflineTraining(deployment, Long.MIN_VALUE);
        OfflineTraining late = new OfflineTraining(deployment, fromMs);
        all.run(TestingSampleFolder.write(folder.resolve("s"), samples, 1));
        late.run(TestingSampleFolder.write(folder.resolve("s"), samples, 1));
        long wanted =
                samples.stream()
                        .filter(s -> s.getImpressionTimeMs() >= fromMs && s.getMasks().get(0))
                        .count();
        assertThat(late.quality().total())
                .filteredOn(row -> row.task().equals("click"))
                .filteredOn(row -> row.tier().equals("all") && row.scenario().equals("all"))
                .singleElement()
                .satisfies(row -> assertThat(row.count()).isEqualTo(wanted));
        assertThat(late.trainer().snapshotParameters())
                .isEqualTo(all.trainer().snapshotParameters());
    }

    @Test
    void aSampleThatTheJobWouldRejectIsCountedAndNamed() throws Exception {
        samples.set(3, Sample.newBuilder(samples.get(3)).setTier("platinum").build());
        samples.set(9, Sample.newBuilder(samples.get(9)).setFeatureSchema(1).build());
        OfflineTraining training = new OfflineTraining(deployment, Long.MIN_VALUE);
        training.run(TestingSampleFolder.write(folder.resolve("s"), samples, 1));
        assertThat(training.refused())
                .isEqualTo(Map.of(RejectionCause.INVALID, 1L, RejectionCause.WRONG_SCHEMA, 1L));
        assertThat(training.firstRefusal())
                .contains("samples-00000.avro, sample 3")
                .contains("platinum");
        assertThat(training.progress().samples).isEqualTo(samples.size() - 2L);
    }

    private static Map<String, ByteBuffer> values(Map<String, UserBiasRow> rows) {
        Map<String, ByteBuffer> values = new TreeMap<>();
        rows.forEach((user, row) -> values.put(user, row.getValues()));
        return values;
    }

    private static Map<String, ByteBuffer> rows(Path file) throws IOException {
        Map<String, ByteBuffer> rows = new TreeMap<>();
        try (RecordFileReader<UserBiasRow> reader =
                new RecordFileReader<>(file, UserBiasRow.class)) {
            for (UserBiasRow row = reader.next(); row != null; row = reader.next()) {
                rows.put(row.getUserId(), row.getValues());
            }
        }
        return rows;
    }
}
