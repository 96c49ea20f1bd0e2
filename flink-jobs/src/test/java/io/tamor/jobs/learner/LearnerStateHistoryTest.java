package io.tamor.jobs.learner;

import static org.assertj.core.api.Assertions.assertThat;

import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.learner.logic.TestingSamples;
import io.tamor.schemas.Sample;
import java.nio.file.Path;
import java.util.List;
import org.apache.flink.runtime.state.hashmap.HashMapStateBackend;
import org.apache.flink.streaming.util.OperatorSnapshotUtil;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * State that an earlier build of the learner wrote, kept as a file, is read by this one: a learner
 * of a mini-batch of 16 after the first 40 of 60 samples of seed 11, on the heap backend, the
 * watermark right behind each.
 */
class LearnerStateHistoryTest {
    @TempDir Path folder;

    @Test
    void aLearnerOfTheFirstBuildGoesOnAsIfItHadNeverStopped() throws Exception {
        Deployment deployment = TestingSamples.deployment(folder, 16);
        List<Sample> samples = TestingSamples.generate(deployment, 60, 11);
        Path stored = Path.of(getClass().getResource("/state/online-learner-v1.snapshot").toURI());
        try (TestingLearner steady = new TestingLearner(deployment, new HashMapStateBackend());
                TestingLearner restored =
                        new TestingLearner(deployment, new HashMapStateBackend())) {
            restored.restore(OperatorSnapshotUtil.readStateHandle(stored.toString()));
            for (Sample sample : samples.subList(0, 40)) {
                steady.take(sample);
                steady.watermark(sample.getMaturedAtMs() - 1);
            }
            for (TestingLearner learner : List.of(steady, restored)) {
                for (Sample sample : samples.subList(40, 60)) {
                    learner.take(sample);
                    learner.watermark(sample.getMaturedAtMs() - 1);
                }
                learner.end();
            }
            assertThat(restored.lastSnapshot().manifest().progress().samples()).isEqualTo(60);
            assertThat(TestingSnapshots.values(restored.lastSnapshot()))
                    .isEqualTo(TestingSnapshots.values(steady.lastSnapshot()));
        }
    }
}
