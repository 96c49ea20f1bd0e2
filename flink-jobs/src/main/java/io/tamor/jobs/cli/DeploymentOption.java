package io.tamor.jobs.cli;

import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.config.DeploymentReader;
import io.tamor.jobs.io.KafkaTopics;
import io.tamor.jobs.learner.logic.ModelSpecs;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Option;

/** The configuration, as every command on a deployment takes it. */
final class DeploymentOption {
    @Option(
            names = "--config",
            required = true,
            paramLabel = "FILE",
            description = "The deployment's YAML.")
    private Path config = Path.of("");

    Deployment read() {
        return read(config);
    }

    /** Reads a configuration and checks all of it, the model too. */
    static Deployment read(Path config) {
        Deployment deployment = DeploymentReader.read(config);
        ModelSpecs.of(deployment);
        return deployment;
    }

    /** Sees to it that the topics are there as the configuration says. */
    void requireTopics(Deployment deployment) {
        try (KafkaTopics topics = new KafkaTopics(deployment.kafka())) {
            List<String> problems = topics.problems(deployment);
            if (!problems.isEmpty()) {
                throw new UsageException(config + ":\n  - " + String.join("\n  - ", problems));
            }
        }
    }
}
