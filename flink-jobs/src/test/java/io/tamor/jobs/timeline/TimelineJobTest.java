package io.tamor.jobs.timeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tamor.jobs.JobEnvironment;
import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.config.DeploymentReader;
import java.util.List;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.graph.StreamGraph;
import org.apache.flink.streaming.api.graph.StreamNode;
import org.apache.flink.util.InstantiationUtil;
import org.junit.jupiter.api.Test;

/** The job's topology under strict ids and types. */
final class TimelineJobTest {
    @Test
    void everyOperatorHasItsUidAndTheUsersMeetInOneShuffle() {
        Deployment deployment = TestingDeployments.example();
        StreamExecutionEnvironment environment =
                StreamExecutionEnvironment.getExecutionEnvironment(
                        JobEnvironment.configure(deployment));
        TimelineJob.define(environment, deployment, false);
        StreamGraph graph = environment.getStreamGraph();
        // Fails where an operator has no uid.
        assertThat(graph.getJobGraph().getMaximumParallelism()).isEqualTo(2);
        assertThat(graph.getStreamNodes())
                .extracting(StreamNode::getTransformationUID)
                .contains(
                        "timeline.impressions-source",
                        "timeline.clicks-source",
                        "timeline.conversions-source",
                        "timeline.investments-source",
                        "timeline.user-timeline");
        long shuffles =
                graph.getStreamNodes().stream()
                        .flatMap(node -> node.getInEdges().stream())
                        .filter(edge -> edge.getPartitioner().toString().equals("HASH"))
                        .count();
        assertThat(shuffles).isEqualTo(4);
    }

    @Test
    void correctionsHaveTheirSinkWhereLateOutcomesAreTaken() {
        Deployment deployment =
                DeploymentReader.parse(
                        "deployment.yaml",
                        TestingDeployments.text()
                                .replace(
                                        "  max_pending_per_user",
                                        "  corrections: {grace: 6 h}\n  max_pending_per_user")
                                .replace(
                                        "  rejected: {",
                                        "  corrections: {name: corrections, partitions: 1}\n"
                                                + "  rejected: {"));
        StreamExecutionEnvironment environment =
                StreamExecutionEnvironment.getExecutionEnvironment(
                        JobEnvironment.configure(deployment));
        TimelineJob.define(environment, deployment, false);
        assertThat(environment.getStreamGraph().getStreamNodes())
                .extracting(StreamNode::getOperatorName)
                .anyMatch(name -> name.startsWith("timeline.corrections-sink"));
    }

    @Test
    void theDeploymentReachesTheClusterAsItIs() throws Exception {
        Deployment deployment = TestingDeployments.example();
        assertThat(InstantiationUtil.clone(deployment)).isEqualTo(deployment);
    }

    @Test
    void aMissingStreamIsNamed() {
        assertThatThrownBy(() -> TimelineJob.build(List.of(), TestingDeployments.example()))
                .hasMessageContaining("impressions, clicks, conversions, investments");
    }
}
