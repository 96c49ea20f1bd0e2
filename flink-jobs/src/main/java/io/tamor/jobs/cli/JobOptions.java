package io.tamor.jobs.cli;

import io.tamor.jobs.JobEnvironment;
import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.config.DeploymentReader;
import io.tamor.jobs.io.KafkaTopics;
import java.nio.file.Path;
import java.util.List;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import picocli.CommandLine.Option;

/**
 * What both jobs' commands share: the configuration, a look at the topics before anything starts,
 * and the run. Under {@code flink run} the cluster's environment is used, otherwise one in this
 * process.
 */
final class JobOptions {
    @Option(
            names = "--config",
            required = true,
            paramLabel = "FILE",
            description = "The deployment's YAML.")
    private Path config = Path.of("");

    @Option(
            names = "--bounded",
            description =
                    "Ends at what the topics hold at the start, instead of waiting for more; every"
                            + " label then closes.")
    private boolean bounded;

    /** Puts a job into an environment. */
    @FunctionalInterface
    interface Definition {
        void define(StreamExecutionEnvironment environment, Deployment deployment, boolean bounded);
    }

    int run(String name, Definition job) throws Exception {
        Deployment deployment = DeploymentReader.read(config);
        try (KafkaTopics topics = new KafkaTopics(deployment.kafka())) {
            List<String> problems = topics.problems(deployment);
            if (!problems.isEmpty()) {
                throw new UsageException(config + ":\n  - " + String.join("\n  - ", problems));
            }
        }
        StreamExecutionEnvironment environment =
                StreamExecutionEnvironment.getExecutionEnvironment(
                        JobEnvironment.configure(deployment));
        job.define(environment, deployment, bounded);
        environment.execute(deployment.name() + " " + name);
        return ExitStatus.DONE;
    }
}
