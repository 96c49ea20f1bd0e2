package io.tamor.jobs.learner;

import static org.assertj.core.api.Assertions.assertThat;

import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.learner.logic.TestingSamples;
import io.tamor.jobs.learner.logic.UserRow;
import io.tamor.jobs.snapshot.SnapshotCandidate;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.graph.StreamNode;
import org.apache.flink.types.PojoTestUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LearningJobTopologyTest {
    @TempDir Path folder;

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void everyOperatorHasItsUidAndOnlyTheSourceIsParallel(boolean bounded) {
        Deployment deployment = TestingSamples.deployment(folder, 8);
        Configuration configuration = new Configuration();
        configuration.setString("pipeline.generic-types", "false");
        configuration.setString("pipeline.auto-generate-uids", "false");
        StreamExecutionEnvironment env =
                StreamExecutionEnvironment.getExecutionEnvironment(configuration);
        env.setParallelism(4);
        LearningJob.define(env, deployment, bounded);
        Map<String, Integer> parallelism = new TreeMap<>();
        for (StreamNode node : env.getStreamGraph(false).getStreamNodes()) {
            if (node.getTransformationUID() != null) {
                parallelism.put(node.getTransformationUID(), node.getParallelism());
            }
        }
        assertThat(parallelism)
                .containsEntry(OperatorUids.SAMPLES_SOURCE, 4)
                .containsEntry(OperatorUids.LEARNER, 1)
                .containsEntry(OperatorUids.SNAPSHOTS_SINK, 1)
                .containsEntry(OperatorUids.METRICS_SINK, 1)
                .containsEntry(OperatorUids.USER_ROWS_SINK, 1)
                .containsEntry(OperatorUids.REJECTED_SINK, 1);
        // The plan itself is what refuses a missing uid.
        assertThat(env.getStreamGraph(false).getJobGraph().getVertices()).isNotEmpty();
    }

    @Test
    void learnersSideBySideAreAsManyAsConfiguredAndOneMergerPublishes() {
        Deployment deployment =
                TestingSamples.deployment(
                        folder,
                        yaml ->
                                yaml.replace(
                                                "learner: {batch: 64,",
                                                "learner: {parallelism: 4, merge: {every: 10 min},"
                                                        + " batch: 64,")
                                        .replace(" gate: {", " gate: {enabled: false, "));
        Configuration configuration = new Configuration();
        configuration.setString("pipeline.generic-types", "false");
        configuration.setString("pipeline.auto-generate-uids", "false");
        StreamExecutionEnvironment env =
                StreamExecutionEnvironment.getExecutionEnvironment(configuration);
        env.setParallelism(2);
        LearningJob.define(env, deployment, true);
        Map<String, Integer> parallelism = new TreeMap<>();
        for (StreamNode node : env.getStreamGraph(false).getStreamNodes()) {
            if (node.getTransformationUID() != null) {
                parallelism.put(node.getTransformationUID(), node.getParallelism());
            }
        }
        assertThat(parallelism)
                .containsEntry(OperatorUids.SAMPLES_SOURCE, 2)
                .containsEntry(OperatorUids.LEARNER, 4)
                .containsEntry(OperatorUids.MERGER, 1)
                .containsEntry(OperatorUids.SNAPSHOTS_SINK, 1)
                .containsEntry(OperatorUids.METRICS_SINK, 1)
                .containsEntry(OperatorUids.USER_ROWS_SINK, 1)
                .containsEntry(OperatorUids.REJECTED_SINK, 1);
        assertThat(env.getStreamGraph(false).getJobGraph().getVertices()).isNotEmpty();
    }

    @Test
    void whatFlinkCarriesAndStoresNeedsNoKryo() {
        PojoTestUtils.assertSerializedAsPojoWithoutKryo(UserRow.class);
        assertThat(
                        TypeInformation.of(ConsumedSample.class)
                                .createSerializer(new SerializerConfigImpl()))
                .isSameAs(ConsumedSampleSerializer.INSTANCE);
        PojoTestUtils.assertSerializedAsPojoWithoutKryo(SnapshotCandidate.class);
        PojoTestUtils.assertSerializedAsPojoWithoutKryo(LearnerMessage.class);
    }
}
