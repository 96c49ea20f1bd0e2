package io.tamor.jobs.io;

import static org.assertj.core.api.Assertions.assertThat;

import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.learner.logic.TestingSamples;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KafkaTopicsITCase {
    @TempDir Path folder;

    @Test
    void topicsKeepEventTimesWhateverTheBrokersDefaultAndOthersAreProblems() throws Exception {
        try (TestingKafkaBroker broker =
                new TestingKafkaBroker(
                        folder.resolve("broker"),
                        Map.of("log.message.timestamp.type", "LogAppendTime"))) {
            Deployment deployment =
                    TestingSamples.deployment(
                            folder, yaml -> yaml.replace("localhost:9092", broker.bootstrap()));
            try (KafkaTopics topics = new KafkaTopics(deployment.kafka());
                    Admin admin = Admin.create(deployment.kafka().clientProperties())) {
                assertThat(topics.createMissing(deployment)).isNotEmpty();
                assertThat(topics.problems(deployment)).isEmpty();
                String samples = deployment.topics().samples().name();
                set(admin, samples, "message.timestamp.type", "LogAppendTime");
                set(admin, samples, "cleanup.policy", "compact");
                assertThat(topics.problems(deployment))
                        .hasSize(2)
                        .anyMatch(
                                problem ->
                                        problem.contains(samples)
                                                && problem.contains(
                                                        "=LogAppendTime, wanted Create"))
                        .anyMatch(
                                problem ->
                                        problem.contains(samples)
                                                && problem.contains("=compact, wanted delete"));
            }
        }
    }

    private static void set(Admin admin, String topic, String key, String value) throws Exception {
        admin.incrementalAlterConfigs(
                        Map.of(
                                new ConfigResource(ConfigResource.Type.TOPIC, topic),
                                List.of(
                                        new AlterConfigOp(
                                                new ConfigEntry(key, value),
                                                AlterConfigOp.OpType.SET))))
                .all()
                .get();
    }
}
