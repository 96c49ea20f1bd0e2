package io.tamor.jobs.learner;

import static org.assertj.core.api.Assertions.assertThat;

import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.learner.logic.TestingSamples;
import io.tamor.schemas.Sample;
import java.net.URL;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.hashmap.HashMapStateBackend;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.apache.flink.streaming.util.OperatorSnapshotUtil;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** State under the name of the builds that knew one learner alone is read by this one. */
class LearnerStateHistoryTest {
    private static final int NEWEST = 4;

    /** Of the last build whose models began with other values than this one's. */
    private static final int LAST_OF_FORMER_VALUES = 3;

    @TempDir Path folder;

    @Test
    void aLearnerOfABuildOfOneLearnerGoesOnAsIfItHadNeverStopped() throws Exception {
        Deployment deployment = TestingSamples.deployment(folder, 16);
        List<Sample> samples = TestingSamples.generate(deployment, 60, 11);
        try (TestingLearner steady = new TestingLearner(deployment, new HashMapStateBackend());
                TestingLearner restored =
                        new TestingLearner(deployment, new HashMapStateBackend())) {
            take(steady, samples.subList(0, 40));
            restored.restore(asStoredFormerly(steady.checkpoint()));
            for (TestingLearner learner : List.of(steady, restored)) {
                take(learner, samples.subList(40, 60));
                learner.end();
            }
            assertThat(restored.lastSnapshot().manifest().progress().samples()).isEqualTo(60);
            assertThat(TestingSnapshots.values(restored.lastSnapshot()))
                    .isEqualTo(TestingSnapshots.values(steady.lastSnapshot()));
        }
    }

    /**
     * Before version 2 of the stored form the samples that waited were written anew at each
     * checkpoint, as a list of each user; before version 3 the model was one element of its list;
     * before version 4 its initial values were others and its moments had no age.
     */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4})
    void waitingSamplesOfEveryVersionAreTrainedAsIfTheLearnerHadNeverStopped(int version)
            throws Exception {
        Deployment deployment = TestingSamples.deployment(folder, 16);
        List<Sample> samples = TestingSamples.generate(deployment, 120, 12);
        try (TestingLearner steady = new TestingLearner(deployment, new HashMapStateBackend());
                TestingLearner restored =
                        new TestingLearner(deployment, new HashMapStateBackend())) {
            if (version == NEWEST) {
                takeFirst(steady, samples);
                steady.checkpoint();
            } else {
                steady.restore(stored(LAST_OF_FORMER_VALUES));
            }
            restored.restore(stored(version));
            for (TestingLearner learner : List.of(steady, restored)) {
                // The stored ones are stored once more, half of those that wait are trained.
                learner.watermark(samples.get(70).getMaturedAtMs());
                learner.restore(learner.checkpoint());
                take(learner, samples.subList(80, 120));
                learner.end();
            }
            assertThat(restored.lastSnapshot().manifest().progress().samples()).isEqualTo(120);
            // Not bit by bit: what was stored may be of a processor with other matrix products.
            assertThat(TestingSnapshots.values(restored.lastSnapshot()))
                    .usingRecursiveComparison()
                    .withComparatorForType(
                            (x, y) -> Math.abs(x - y) < 1e-4 ? 0 : Float.compare(x, y), Float.class)
                    .isEqualTo(TestingSnapshots.values(steady.lastSnapshot()));
        }
    }

    private OperatorSubtaskState stored(int version) throws Exception {
        URL file = getClass().getResource("/state/learner-waiting-v" + version + ".snapshot");
        return OperatorSnapshotUtil.readStateHandle(Path.of(file.toURI()).toString());
    }

    /** Writes the file of a new version, named by the argument. */
    public static void main(String[] arguments) throws Exception {
        Deployment deployment = TestingSamples.deployment(Path.of("/tmp/tamor"), 16);
        List<Sample> samples = TestingSamples.generate(deployment, 120, 12);
        try (TestingLearner learner = new TestingLearner(deployment, new HashMapStateBackend())) {
            takeFirst(learner, samples);
            OperatorSnapshotUtil.writeStateHandle(learner.checkpoint(), arguments[0]);
        }
    }

    /** 80 samples, of which a good part waits and some are in a mini-batch. */
    private static void takeFirst(TestingLearner learner, List<Sample> samples) throws Exception {
        for (int i = 0; i < 80; i++) {
            learner.take(samples.get(i));
            learner.watermark(samples.get(i / 2).getMaturedAtMs());
        }
    }

    private static void take(TestingLearner learner, List<Sample> samples) throws Exception {
        for (Sample sample : samples) {
            learner.take(sample);
            learner.watermark(sample.getMaturedAtMs() - 1);
        }
    }

    private static OperatorSubtaskState asStoredFormerly(OperatorSubtaskState state)
            throws Exception {
        OneInputStreamOperatorTestHarness<String, String> harness =
                new OneInputStreamOperatorTestHarness<>(new Renaming());
        harness.initializeState(
                OperatorSubtaskState.builder()
                        .setManagedOperatorState(state.getManagedOperatorState())
                        .build());
        harness.open();
        OperatorSubtaskState renamed = harness.snapshot(1, 1);
        harness.close();
        return state.toBuilder().setManagedOperatorState(renamed.getManagedOperatorState()).build();
    }

    /** Moves the learner's state to its former name, redistributed as it was then. */
    private static final class Renaming extends AbstractStreamOperator<String>
            implements OneInputStreamOperator<String, String> {
        @Override
        public void initializeState(StateInitializationContext context) throws Exception {
            super.initializeState(context);
            ListState<byte[]> alone =
                    context.getOperatorStateStore().getUnionListState(OnlineLearnerOperator.ALONE);
            List<byte[]> stored = new ArrayList<>();
            alone.get().forEach(stored::add);
            assertThat(stored).isNotEmpty();
            context.getOperatorStateStore()
                    .getListState(OnlineLearnerOperator.LEARNER)
                    .update(stored);
            alone.clear();
        }

        @Override
        public void processElement(StreamRecord<String> element) {
            throw new IllegalStateException("no elements here");
        }
    }
}
