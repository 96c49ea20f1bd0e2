package io.tamor.quickstart.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.config.DeploymentReader;
import io.tamor.jobs.config.KafkaOptions;
import io.tamor.jobs.io.CommittedRecords;
import io.tamor.quickstart.broker.EmbeddedBroker;
import io.tamor.quickstart.feed.StreamRole;
import io.tamor.quickstart.simulator.WealthApp;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SimulateITCase {
    @TempDir private Path folder;

    @Test
    void eventsOfEveryKindReachTheBrokerAndTheTruthStaysBeside() {
        Deployment deployment = DeploymentReader.parse("quickstart.yaml", WealthApp.deployment());
        try (EmbeddedBroker broker = EmbeddedBroker.start(folder.resolve("broker"))) {
            int status =
                    TamorCommand.commandLine()
                            .execute(
                                    "simulate",
                                    "--events",
                                    "3000",
                                    "--seed",
                                    "4",
                                    "--kafka",
                                    broker.bootstrap(),
                                    "--truth",
                                    folder.resolve("truth.csv.gz").toString());
            assertThat(status).isZero();
            CommittedRecords topics =
                    new CommittedRecords(new KafkaOptions(broker.bootstrap(), Map.of()));
            for (StreamRole stream : StreamRole.values()) {
                assertThat(topics.count(stream.topic(deployment.topics())))
                        .as(stream.label())
                        .isPositive();
            }
        }
        assertThat(folder.resolve("truth.csv.gz")).isNotEmptyFile();
    }
}
