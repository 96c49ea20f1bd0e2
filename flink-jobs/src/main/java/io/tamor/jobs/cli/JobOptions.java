package io.tamor.jobs.cli;

import io.tamor.jobs.JobEnvironment;
import io.tamor.jobs.config.Deployment;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * What both jobs' commands share: the configuration, a look at the topics before anything starts,
 * and the run. Under {@code flink run} the cluster's environment is used, otherwise one in this
 * process.
 */
final class JobOptions {
    @Mixin private DeploymentOption config = new DeploymentOption();

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
        Deployment deployment = config.read();
        config.requireTopics(deployment);
        StreamExecutionEnvironment environment =
                StreamExecutionEnvironment.getExecutionEnvironment(
                        JobEnvironment.configure(deployment));
        job.define(environment, deployment, bounded);
        environment.execute(deployment.name() + " " + name);
        return ExitStatus.DONE;
    }
}
