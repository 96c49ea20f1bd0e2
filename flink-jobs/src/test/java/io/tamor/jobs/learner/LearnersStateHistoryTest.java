package io.tamor.jobs.learner;

import static org.assertj.core.api.Assertions.assertThat;

import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.learner.logic.TestingSamples;
import io.tamor.model.snapshot.Snapshot;
import io.tamor.schemas.Sample;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.util.OperatorSnapshotUtil;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** State of learners side by side and their merger that former builds have stored. */
class LearnersStateHistoryTest {
    private static final int TAKEN = 400;
    private static final int ALL = 600;

    @TempDir private Path folder;

    private static Deployment deployment(Path folder, int parallelism) {
        return TestingSamples.deployment(
                folder,
                yaml ->
                        yaml.replace(
                                "learner: {batch: 64,",
                                "learner: {parallelism: "
                                        + parallelism
                                        + ", merge: {every: 1 h}, batch: 16,"));
    }

    @ParameterizedTest
    @CsvSource({"1, 2", "1, 3", "2, 2", "2, 3"})
    void learnersOfEveryVersionGoOn(int version, int parallelism) throws Exception {
        Deployment deployment = deployment(folder, parallelism);
        List<Sample> samples = TestingSamples.generate(deployment, ALL, 31);
        List<OperatorSubtaskState> stored = new ArrayList<>();
        for (String name : List.of("learner-0", "learner-1", "merger")) {
            Path file =
                    Path.of("src", "test", "resources", "state")
                            .resolve("learners-v" + version)
                            .resolve(name + ".snapshot");
            stored.add(OperatorSnapshotUtil.readStateHandle(file.toString()));
        }
        TestingLearners.State state =
                new TestingLearners.State(2, stored.subList(0, 2), stored.get(2));
        try (TestingLearners learners =
                new TestingLearners(deployment, UUID.randomUUID().toString(), state)) {
            assertThat(learners.serving().liveVersion()).isPositive();
            go(learners, samples.subList(TAKEN, ALL));
            learners.end();
            Snapshot last = learners.lastSnapshot();
            assertThat(last.manifest().progress().samples()).isEqualTo(ALL);
            for (int task = 0; task < last.manifest().model().tasks().size(); task++) {
                int index = task;
                String name = last.manifest().model().tasks().get(task).name();
                assertThat(last.manifest().progress().matureLabels().get(name))
                        .isEqualTo(samples.stream().filter(s -> s.getMasks().get(index)).count());
            }
        }
    }

    /** A checkpoint after every 50 samples, each complete. */
    private static TestingLearners.State go(TestingLearners learners, List<Sample> samples)
            throws Exception {
        TestingLearners.State state = null;
        for (int i = 0; i < samples.size(); i++) {
            learners.take(samples.get(i));
            learners.watermark(samples.get(i).getMaturedAtMs() - 1);
            if (i % 50 == 49) {
                state = learners.checkpoint();
                learners.complete();
            }
        }
        return state;
    }

    /** Writes the files of a new version into the folder named by the argument. */
    public static void main(String[] arguments) throws Exception {
        Path into = Path.of(arguments[0]);
        Files.createDirectories(into);
        Deployment deployment = deployment(Files.createTempDirectory("tamor"), 2);
        List<Sample> samples = TestingSamples.generate(deployment, ALL, 31);
        try (TestingLearners learners = new TestingLearners(deployment)) {
            TestingLearners.State state = go(learners, samples.subList(0, TAKEN));
            for (int i = 0; i < 2; i++) {
                OperatorSnapshotUtil.writeStateHandle(
                        state.learners().get(i),
                        into.resolve("learner-" + i + ".snapshot").toString());
            }
            OperatorSnapshotUtil.writeStateHandle(
                    state.merger(), into.resolve("merger.snapshot").toString());
        }
    }
}
