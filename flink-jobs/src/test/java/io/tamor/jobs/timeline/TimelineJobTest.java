package io.tamor.jobs.timeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tamor.jobs.JobEnvironment;
import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.config.DeploymentReader;
import java.util.List;
import java.util.Objects;
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
    void aFeatureOverAllUsersAddsItsStageAndNothingElseChangesItsName() {
        String feature =
                "  - {name: item_ctr, side: item, type: dense, aggregate: {function: rate, of:"
                        + " clicks, per: impressions, over: 2 d, same: item, users: all}}\n";
        Deployment deployment =
                DeploymentReader.parse(
                        "deployment.yaml",
                        TestingDeployments.text().replace("tasks:\n", feature + "tasks:\n"));
        assertThat(uids(deployment))
                .containsAll(uids(TestingDeployments.example()))
                .contains(
                        "timeline.item-population",
                        "timeline.item-population-impressions",
                        "timeline.item-population-clicks")
                .noneMatch(uid -> uid.contains("scenario-population"))
                .noneMatch(uid -> uid.contains("population-investments"));
        assertThat(uids(TestingDeployments.example())).noneMatch(uid -> uid.contains("population"));
    }

    private static List<String> uids(Deployment deployment) {
        StreamExecutionEnvironment environment =
                StreamExecutionEnvironment.getExecutionEnvironment(
                        JobEnvironment.configure(deployment));
        TimelineJob.define(environment, deployment, false);
        StreamGraph graph = environment.getStreamGraph();
        graph.getJobGraph(); // fails where an operator has no uid
        return graph.getStreamNodes().stream()
                .map(StreamNode::getTransformationUID)
                .filter(Objects::nonNull)
                .toList();
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
